"""What can go wrong with a parameter store (E206), and what to do about it on which cloud."""

from relay.configuration.fault_kinds import AWS, TENCENT, Fault
from relay.words import Phrase

_MESSAGES = {
    "denied": Phrase("没有权限读取 {reference}", "no permission to read {reference}"),
    "missing": Phrase("{reference} 不存在", "{reference} does not exist"),
    "no_region": Phrase(
        "{reference} 没法读：没有设置地域", "{reference} cannot be read: no region is set"
    ),
    "no_sdk": Phrase(
        "{reference} 没法读：没有安装云厂商的 SDK",
        "{reference} cannot be read: the cloud's SDK is not installed",
    ),
    "no_credentials": Phrase(
        "{reference} 没法读：没有云账号凭证",
        "{reference} cannot be read: there are no cloud credentials",
    ),
    "bad_credentials": Phrase(
        "{reference} 没法读：云账号凭证无效或已过期",
        "{reference} cannot be read: the cloud credentials are wrong or have expired",
    ),
    "unreachable": Phrase(
        "{reference} 没法读：连不上云厂商的接口",
        "{reference} cannot be read: the cloud's API cannot be reached",
    ),
    "busy": Phrase(
        "{reference} 暂时读不到：云厂商的接口正忙",
        "{reference} cannot be read for now: the cloud's API is busy",
    ),
    "unusable": Phrase(
        "{reference} 不可用：被停用、待删除，或服务没有开通",
        "{reference} cannot be used: disabled, about to be deleted, or the service is off",
    ),
    "refused": Phrase(
        "云厂商的接口拒绝了 {reference}（{vendor_code}）",
        "the cloud's API refused {reference} ({vendor_code})",
    ),
}
_WAIT = Phrase("过一会儿会自动再试", "it is tried again by itself in a while")
_LOOK_UP = Phrase(
    "在云厂商的文档里查这个错误码", "look this error code up in the cloud's documentation"
)
_HINTS = {
    AWS: {
        "denied": Phrase(
            "给函数的角色加上 ssm:GetParameters；用了自建 KMS 密钥还要 kms:Decrypt",
            "allow the function's role ssm:GetParameters, and kms:Decrypt for your own KMS key",
        ),
        "missing": Phrase(
            "检查参数名，以及它和函数是否在同一个地域",
            "check the parameter's name, and that it is in the function's own region",
        ),
        "no_region": Phrase("设置 AWS_REGION", "set AWS_REGION"),
        "no_sdk": Phrase(
            "AWS Lambda 自带 boto3；在别处运行 pip install boto3",
            "AWS Lambda has boto3; elsewhere run pip install boto3",
        ),
        "no_credentials": Phrase(
            "给函数配上角色；在自己机器上运行 aws configure 或设置 AWS_PROFILE",
            "give the function a role; on your own machine run aws configure or set AWS_PROFILE",
        ),
        "bad_credentials": Phrase(
            "在自己机器上重新登录；环境里有旧的 AWS_ACCESS_KEY_ID 就删掉",
            "log in again on your own machine; remove an old AWS_ACCESS_KEY_ID",
        ),
        "unreachable": Phrase(
            "函数在 VPC 里时需要 NAT 或 SSM 的 VPC 终端节点",
            "a function in a VPC needs NAT or a VPC endpoint for SSM",
        ),
        "busy": _WAIT,
        "unusable": Phrase("检查加密它的 KMS 密钥", "check the KMS key that encrypts it"),
        "refused": _LOOK_UP,
    },
    TENCENT: {
        "denied": Phrase(
            "给函数的运行角色加上 ssm:GetSecretValue 和 ssm:ListSecretVersionIds",
            "allow the function's role ssm:GetSecretValue and ssm:ListSecretVersionIds",
        ),
        "missing": Phrase(
            "检查凭据名 {name}（路径里的 / 换成 -），以及它和函数是否在同一个地域",
            "check the secret's name {name} (- for each / of the path), and its region",
        ),
        "no_region": Phrase("设置 TENCENTCLOUD_REGION", "set TENCENTCLOUD_REGION"),
        "no_sdk": Phrase(
            "用 make bundle 打的包，或加上 tencentcloud-sdk-python-common",
            "deploy what make bundle makes, or add tencentcloud-sdk-python-common",
        ),
        "no_credentials": Phrase("给函数配上运行角色", "give the function a role to run as"),
        "bad_credentials": Phrase(
            "检查函数的运行角色；在别处运行时检查 TENCENTCLOUD_SECRETID 和 TENCENTCLOUD_SECRETKEY",
            "check the function's role; elsewhere TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY",
        ),
        "unreachable": Phrase(
            "打开函数的公网访问，或检查 VPC 的出口", "let the function reach the public network"
        ),
        "busy": _WAIT,
        "unusable": Phrase(
            "在凭据管理系统的控制台里启用它", "enable it in the console of Secrets Manager"
        ),
        "refused": _LOOK_UP,
    },
}

STORE_FAULTS: dict[str, Fault] = {
    f"{cloud}.{kind}": Fault("E206", _MESSAGES[kind], hint)
    for cloud, hints in _HINTS.items()
    for kind, hint in hints.items()
}
