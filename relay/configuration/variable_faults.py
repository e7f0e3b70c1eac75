"""What can go wrong with `RELAY_SECRETS`, and what to do about it.

*name* in a text is the path on AWS, or what to write instead on Tencent Cloud.
"""

from relay.configuration.fault_kinds import AWS, TENCENT, Fault
from relay.words import Phrase

VARIABLE_FAULTS: dict[str, Fault] = {
    "no_place": Fault(
        "E206",
        Phrase("这里写的不是存放变量的地方", "it names no place where variables are kept"),
        Phrase(
            "AWS 写 ssm:///git-chat-relay/prod/，腾讯云写 ssm:///名字",
            "write ssm:///git-chat-relay/prod/ on AWS, ssm:///name on Tencent Cloud",
        ),
    ),
    "no_cloud_for_variables": Fault(
        "E206",
        Phrase(
            "{reference} 没法读：这里不是 AWS Lambda，也不是腾讯云 SCF",
            "{reference} cannot be read: this is neither AWS Lambda nor Tencent SCF",
        ),
        Phrase(
            "在自己机器上直接设置这些变量，或设置 AWS_PROFILE / AWS_ACCESS_KEY_ID",
            "on your own machine set the variables, or AWS_PROFILE / AWS_ACCESS_KEY_ID",
        ),
    ),
    f"{AWS}.none_below": Fault(
        "E206",
        Phrase("{reference} 下面没有参数", "no parameters right below {reference}"),
        Phrase(
            "aws ssm put-parameter --name {name}/WEBHOOK_SECRET --type SecureString --value …"
            "（在函数的地域）",
            "aws ssm put-parameter --name {name}/WEBHOOK_SECRET --type SecureString --value …"
            " (in the function's region)",
        ),
    ),
    f"{AWS}.denied_below": Fault(
        "E206",
        Phrase("没有权限读取 {reference}", "no permission to read {reference}"),
        Phrase(
            "给函数的角色加上 ssm:GetParametersByPath（资源 parameter{name}）；"
            "用了自建 KMS 密钥还要 kms:Decrypt",
            "allow the function's role ssm:GetParametersByPath on parameter{name}, and "
            "kms:Decrypt for your own KMS key",
        ),
    ),
    f"{AWS}.too_many": Fault(
        "E206",
        Phrase("{reference} 下面的参数超过 500 个", "more than 500 parameters below {reference}"),
        Phrase("这个路径下只放这个函数的变量", "keep only this function's variables there"),
    ),
    f"{TENCENT}.path": Fault(
        "E206",
        Phrase(
            "{reference} 没法读：腾讯云没有路径",
            "{reference} cannot be read: Tencent Cloud has no paths",
        ),
        Phrase(
            '去掉末尾的 /，写成 {name}：一个凭据，内容像 {{"WEBHOOK_SECRET": "…"}}',
            'write {name}, without the / at its end: one secret like {{"WEBHOOK_SECRET": "…"}}',
        ),
    ),
    "no_variables": Fault(
        "E208",
        Phrase("{reference} 的内容不是 JSON 对象", "{reference} holds no JSON object"),
        Phrase(
            '存成 {{"WEBHOOK_SECRET": "…"}}；一个变量一个参数（AWS）时，路径末尾写 /',
            'store {{"WEBHOOK_SECRET": "…"}}; for a parameter each (AWS) end the path with /',
        ),
    ),
}
