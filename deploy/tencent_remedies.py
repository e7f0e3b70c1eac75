"""What a person does about what Tencent Cloud refuses: one table, in both languages.

The codes are those that the vendor's SDK lists, the common ones of its API, and a few states.
"""

from relay.words import Phrase

_UNKNOWN = Phrase(
    "再运行一次；还不行，就改用控制台（docs/quickstart-tencent.zh-CN.md），或拿这个代码问腾讯云",
    "run it again; if that does not help, use the console (docs/quickstart-tencent.md), or ask the "
    "vendor about this code",
)
_NETWORK = Phrase(
    "连不上，或者没有等到回答：检查网络和代理（HTTPS_PROXY），然后再运行一次，它会接着做完",
    "no connection, or no answer in time: check the network and the proxy (HTTPS_PROXY), then run "
    "it again, it goes on from where it stopped",
)
_CREATE_FAILED = Phrase(
    "函数没有建成。多半是日志服务没有开通：先在 https://console.cloud.tencent.com/cls 开通，"
    "再加上 --replace-failed 运行一次（它会删掉这个坏的函数，重新创建）",
    "the function could not be made, most often because the log service is not activated: activate "
    "it at https://console.cloud.tencent.com/cls, then run this again with --replace-failed, which "
    "deletes the dead function and makes a new one",
)
_BUSY = Phrase(
    "函数正忙（有别的修改还没做完）：等一分钟再运行一次",
    "the function is busy with another change: run this again in a minute",
)
_AGAIN = Phrase(
    "别人刚刚建了同名的：再运行一次，就会更新它",
    "somebody has just made one of this name: run this again, and it is updated",
)
_REGION = Phrase(
    "这个地域不行：用 --region 换一个，例如 ap-guangzhou、ap-shanghai、ap-beijing、ap-hongkong",
    "not in this region: choose another with --region, such as ap-guangzhou, ap-shanghai, "
    "ap-beijing or ap-hongkong",
)
_CALLER_POLICY = Phrase(
    "这个密钥没有权限：在 https://console.cloud.tencent.com/cam 给它的用户加上策略 "
    "QcloudSCFFullAccess；给函数设角色（--role）还要 cam:PassRole",
    "this key may not: give its user the policy QcloudSCFFullAccess at "
    "https://console.cloud.tencent.com/cam; a role for the function (--role) also needs "
    "cam:PassRole",
)
_ROLE = Phrase(
    "没有这个角色，或云函数不能用它：在 CAM 里建一个载体为「云函数（scf）」的角色，"
    "把名字写给 --role；第一次用云函数的账号，先打开 "
    "https://console.cloud.tencent.com/scf 完成服务授权",
    "there is no such role, or functions cannot have it: make one in CAM whose carrier is SCF and "
    "give its name to --role; an account that never used functions opens "
    "https://console.cloud.tencent.com/scf once and grants what it asks for",
)
_MONEY = Phrase(
    "账号欠费、被停用或被隔离：到 https://console.cloud.tencent.com/expense 处理后再运行一次",
    "the account is suspended or out of money: settle it at "
    "https://console.cloud.tencent.com/expense, then run this again",
)
_ZIP = Phrase(
    "部署包坏了：重新运行 make bundle", "the bundle is broken: make it anew with make bundle"
)
_BIG = Phrase(
    "部署包太大，一次请求放不下：去掉 templates/ 等目录里不需要的文件，再运行 make bundle；"
    "或者在控制台里从 COS 上传",
    "the bundle is too large for one request: remove what is not needed, such as files in "
    "templates/, and run make bundle; or upload it in the console by way of COS",
)
_TRIGGER = Phrase(
    "函数 URL 没有建成：在控制台的「函数 URL」里打开公网访问、鉴权选「开放」，再运行一次看到地址",
    "the function URL could not be made: in the console, under 函数 URL, allow public access "
    "without authentication, then run this again to see it",
)
_OURS = Phrase(
    "腾讯云的接口和这个工具说的不一样了：改用控制台（docs/quickstart-tencent.zh-CN.md），并请告诉我们这个代码",
    "the vendor's API is not what this tool takes it for: use the console "
    "(docs/quickstart-tencent.md), and please tell us the code",
)

# The codes, whole or what stands before one of their dots; the longest that fits decides.
REMEDIES: tuple[tuple[tuple[str, ...], Phrase], ...] = (
    (("CreateFailed",), _CREATE_FAILED),
    (
        ("FailedOperation.ClsServiceUnregistered",),
        Phrase(
            "日志服务没有开通：先在 https://console.cloud.tencent.com/cls 开通，再运行一次",
            "the log service is not activated: do it at https://console.cloud.tencent.com/cls, "
            "then run this again",
        ),
    ),
    (
        ("DeleteFailed", "Deleting"),
        Phrase(
            "函数正在删除，或没有删掉：在控制台里看一看，删掉之后再运行一次",
            "the function is being deleted, or could not be: look at it in the console, and run "
            "this again when it is gone",
        ),
    ),
    (
        ("UpdateFailed", "PublishFailed"),
        Phrase(
            "更新没有成功：再运行一次；还不行，就在控制台的函数页面看原因",
            "the update failed: run this again; if it stays so, the console's page of the function "
            "says why",
        ),
    ),
    (
        ("TimedOut",),
        Phrase(
            "等了三分钟还没有就绪：过一会儿再运行一次，它会接着做完",
            "it was not ready within three minutes: run this again later, it goes on from where it "
            "stopped",
        ),
    ),
    (
        ("NoAddress",),
        Phrase(
            "函数 URL 已经建了，但还没有公网地址：过一分钟再运行一次，或到控制台的「函数 URL」里看",
            "the function URL is there, but has no public address yet: run this again in a "
            "minute, or look under 函数 URL in the console",
        ),
    ),
    (
        ("AuthFailure.SecretIdNotFound", "AuthFailure.InvalidSecretId"),
        Phrase(
            "没有这个 SecretId：检查 TENCENTCLOUD_SECRET_ID，或在 "
            "https://console.cloud.tencent.com/cam 新建密钥",
            "there is no such SecretId: check TENCENTCLOUD_SECRET_ID, or make a key at "
            "https://console.cloud.tencent.com/cam",
        ),
    ),
    (
        ("AuthFailure.SignatureFailure", "AuthFailure.InvalidAuthorization"),
        Phrase(
            "SecretKey 和 SecretId 不配：检查 TENCENTCLOUD_SECRET_KEY",
            "the SecretKey does not belong to the SecretId: check TENCENTCLOUD_SECRET_KEY",
        ),
    ),
    (
        ("AuthFailure.SignatureExpire",),
        Phrase(
            "本机的时钟差了五分钟以上：校准时间后再运行一次",
            "this machine's clock is more than five minutes off: set it, then run this again",
        ),
    ),
    (
        ("AuthFailure.TokenFailure",),
        Phrase(
            "临时密钥的令牌不对或已过期：重新取一份；用长期密钥时不要设 TENCENTCLOUD_SESSION_TOKEN",
            "the session token is wrong or expired: get a new one; with a permanent key, do not "
            "set TENCENTCLOUD_SESSION_TOKEN",
        ),
    ),
    (
        ("AuthFailure", "InvalidCredential"),
        Phrase(
            "密钥不对：检查 TENCENTCLOUD_SECRET_ID、TENCENTCLOUD_SECRET_KEY 和本机的时钟",
            "wrong key: check TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and this machine's "
            "clock",
        ),
    ),
    (("AuthFailure.UnauthorizedOperation", "UnauthorizedOperation"), _CALLER_POLICY),
    (
        (
            "UnauthorizedOperation.Region",
            "UnsupportedOperation.NotSupportRegion",
            "UnsupportedOperation.Region",
            "UnsupportedRegion",
            "FailedOperation.InsufficientResources",
            "InvalidParameterValue.Runtime",
        ),
        _REGION,
    ),
    (
        (
            "FailedOperation.QcsRoleNotFound",
            "FailedOperation.CallRoleFailed",
            "InternalError.GetRoleError",
            "InvalidParameter.RoleCheck",
            "ResourceNotFound.Role",
            "ResourceNotFound.RoleCheck",
        ),
        _ROLE,
    ),
    (
        (
            "FailedOperation.OpenService",
            "FailedOperation.ServiceClosed",
            "FailedOperation.UnOpenedService",
        ),
        Phrase(
            "云函数还没有开通：打开 https://console.cloud.tencent.com/scf 开通并授权，再运行一次",
            "functions are not activated: open https://console.cloud.tencent.com/scf, activate "
            "them and grant what it asks for, then run this again",
        ),
    ),
    (
        (
            "FailedOperation.AccountInsufficient",
            "FailedOperation.InsufficientBalance",
            "OperationDenied",
            "ResourceUnavailable",
        ),
        _MONEY,
    ),
    (
        (
            "FailedOperation.FunctionNameStatusError",
            "FailedOperation.FunctionStatusError",
            "FailedOperation.FunctionVersionStatusNotActive",
            "FailedOperation.OperationConflict",
            "FailedOperation.UpdateFunctionCode",
            "ResourceInUse",
        ),
        _BUSY,
    ),
    (
        (
            "ResourceInUse.Function",
            "ResourceInUse.FunctionName",
            "ResourceInUse.Trigger",
            "ResourceInUse.TriggerName",
        ),
        _AGAIN,
    ),
    (
        ("LimitExceeded", "ResourceLimitReached", "ResourceInsufficient"),
        Phrase(
            "配额用完了（每个命名空间 50 个函数，每种触发器 10 个）：删掉不用的，"
            "或提交工单提高配额",
            "a quota is used up (50 functions in a namespace, 10 triggers of a type): delete what "
            "is not needed, or ask the vendor for more in a ticket (工单)",
        ),
    ),
    (
        ("LimitExceeded.Eip", "UnsupportedOperation.EipFixed", "InvalidParameterValue.EipConfig"),
        Phrase(
            "固定出口 IP 用不了（每个地域最多 5 个）：只有企业微信应用才需要它，"
            "不用就加上 --no-eip",
            "no fixed outbound address is to be had (5 in a region): only a WeCom application "
            "needs one, so use --no-eip otherwise",
        ),
    ),
    (
        ("RequestLimitExceeded",),
        Phrase("调用太频繁：等一分钟再运行一次", "too many calls: run this again in a minute"),
    ),
    (("RequestSizeLimitExceeded", "InvalidParameter.RequestTooLarge"), _BIG),
    (
        (
            "FailedOperation.CreateTrigger",
            "FailedOperation.UpdateTrigger",
            "InvalidParameterValue.TriggerDesc",
            "InvalidParameterValue.Type",
            "UnsupportedOperation.Trigger",
        ),
        _TRIGGER,
    ),
    (
        (
            "InvalidParameterValue.Environment",
            "InvalidParameterValue.EnvironmentExceededLimit",
            "InvalidParameterValue.EnvironmentSystemProtect",
            "InvalidParameterValue.SystemEnvironment",
        ),
        Phrase(
            "变量不行：合计不超过 4 KB，名称不能是 SCF_、QCLOUD_、TENCENTCLOUD_ 开头的和系统变量",
            "the variables are refused: 4 KB at most together, and no names of the system or with "
            "SCF_, QCLOUD_ or TENCENTCLOUD_ in front",
        ),
    ),
    (
        (
            "InvalidParameterValue.Code",
            "InvalidParameterValue.InlineZipFile",
            "InvalidParameterValue.ZipFile",
            "InvalidParameterValue.ZipFileBase64BinasciiError",
        ),
        _ZIP,
    ),
    (
        (
            "InvalidAction",
            "InvalidParameter",
            "InvalidParameterValue",
            "MissingParameter",
            "NoSuchVersion",
            "UnknownParameter",
            "UnsupportedOperation",
        ),
        _OURS,
    ),
    (("ClientNetworkError", "ServerNetworkError"), _NETWORK),
    (
        ("InternalError",),
        Phrase(
            "腾讯云内部出错：再运行一次，它会接着做完",
            "an error inside of Tencent Cloud: run this again, it goes on from where it stopped",
        ),
    ),
)
_BY_CODE = {code: phrase for codes, phrase in REMEDIES for code in codes}


def remedy(code: str, *, unsure: bool = False) -> Phrase:
    """Return what to do about *code*; *unsure*: no answer told whether the call had its effect."""
    while code:
        if code in _BY_CODE:
            return _BY_CODE[code]
        code = code.rpartition(".")[0]
    return _NETWORK if unsure else _UNKNOWN
