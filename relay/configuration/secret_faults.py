"""Every fault of a secret with its remedy, in both languages; imported where one is told.

*reference* in a text is where a value is kept (``ssm:///notify/key``), after ``${…}`` in it was
filled in; never the value. The faults of parameter stores are in `store_faults`,
those of `RELAY_SECRETS` in `variable_faults`.
"""

from relay.configuration.fault_kinds import Fault
from relay.configuration.store_faults import STORE_FAULTS
from relay.configuration.variable_faults import VARIABLE_FAULTS
from relay.words import Phrase

_NOT_SET = Phrase("环境变量 {name} 没有设置", "environment variable {name} is not set")
_JSON = Phrase(
    '要用 # 取字段，它的内容应当像 {{"url": "…"}}；不是 JSON 就去掉 #{key}',
    'to pick a field with #, it must hold something like {{"url": "…"}}; otherwise drop #{key}',
)
_OWN = {
    "not_set": Fault(
        "E201",
        _NOT_SET,
        Phrase("在函数的环境变量里设置它", "set it among the function's environment variables"),
    ),
    "not_set_near": Fault(
        "E201",
        _NOT_SET,
        Phrase("已设置的相近变量：{near}", "a variable that is set and looks alike: {near}"),
    ),
    "empty_variable": Fault(
        "E201",
        Phrase("环境变量 {name} 是空的", "environment variable {name} is empty"),
        Phrase("给它填上值", "give it a value"),
    ),
    "empty_text": Fault(
        "E201",
        Phrase("这里的密钥是空的", "the secret here is empty"),
        Phrase(
            "写成 ${{变量名}}，再设置这个环境变量",
            "write ${{NAME}} and set that environment variable",
        ),
    ),
    "empty_value": Fault(
        "E201",
        Phrase("{reference} 的内容是空的", "{reference} is empty"),
        Phrase("把密钥存进去", "store the secret there"),
    ),
    "file_path": Fault(
        "E207",
        Phrase("file:// 后面不是绝对路径", "what follows file:// is no absolute path"),
        Phrase(
            "写成 file:///run/secrets/名字，三个斜杠",
            "write file:///run/secrets/name, three slashes",
        ),
    ),
    "file_missing": Fault(
        "E207",
        Phrase("没有 {reference} 这个文件", "there is no file {reference}"),
        Phrase(
            "检查路径，以及它是否已挂载到函数或容器里",
            "check the path, and that it is mounted into the function or container",
        ),
    ),
    "file_denied": Fault(
        "E207",
        Phrase("没有权限读取 {reference}", "no permission to read {reference}"),
        Phrase("让运行中继的用户可以读这个文件", "let the user that runs the relay read this file"),
    ),
    "file_kind": Fault(
        "E207",
        Phrase("{reference} 不是普通文件", "{reference} is no regular file"),
        Phrase("路径要写到文件本身，不是目录", "name the file itself, not its directory"),
    ),
    "file_large": Fault(
        "E207",
        Phrase("{reference} 超过 64 KB", "{reference} has more than 64 KB"),
        Phrase("文件里只放这一个密钥", "put nothing but this secret into the file"),
    ),
    "file_empty": Fault(
        "E207",
        Phrase("{reference} 是空文件", "{reference} is an empty file"),
        Phrase("把密钥写进这个文件", "write the secret into the file"),
    ),
    "file_text": Fault(
        "E207",
        Phrase("{reference} 不是 UTF-8 文本", "{reference} is no UTF-8 text"),
        Phrase("把密钥按 UTF-8 文本保存", "save the secret as UTF-8 text"),
    ),
    "file_broken": Fault(
        "E207",
        Phrase("读不了 {reference}", "{reference} cannot be read"),
        Phrase("检查它所在的磁盘或挂载", "check the disk or the mount that holds it"),
    ),
    "no_json": Fault(
        "E208",
        Phrase("{reference} 的内容不是 JSON 对象", "{reference} holds no JSON object"),
        _JSON,
    ),
    "no_field": Fault(
        "E208",
        Phrase("{reference} 里没有字段 “{key}”", "{reference} has no field “{key}”"),
        Phrase("检查 # 后面的字段名，区分大小写", "check the name after #; capital letters matter"),
    ),
    "no_field_near": Fault(
        "E208",
        Phrase("{reference} 里没有字段 “{key}”", "{reference} has no field “{key}”"),
        Phrase("你是不是想写 #{near}？", "did you mean #{near}?"),
    ),
    "no_text_field": Fault(
        "E208",
        Phrase("{reference} 的字段 “{key}” 不是文本", "field “{key}” of {reference} holds no text"),
        Phrase("把它的值写成带引号的文本", "make its value a text in quotes"),
    ),
    "notation": Fault(
        "E209",
        Phrase("这里的 ${{…}} 写法不对", "a ${{…}} here is not written as it should be"),
        Phrase(
            "写成 ${{NAME}} 或 ${{NAME:-默认值}}；要原样的 ${{ 就写 $${{",
            "write ${{NAME}} or ${{NAME:-default}}; for a literal ${{ write $${{",
        ),
    ),
    "name": Fault(
        "E206",
        Phrase("ssm:// 后面的名字写法不对", "the name after ssm:// is not written as it should be"),
        Phrase(
            "写成 ssm:///路径/名字，只用字母、数字和 . _ - /",
            "write ssm:///path/name with letters, digits and . _ - / only",
        ),
    ),
    "tencent_name": Fault(
        "E206",
        Phrase(
            "{reference} 不能作为腾讯云的凭据名",
            "{reference} cannot be the name of a Tencent secret",
        ),
        Phrase(
            "只用字母、数字、- 和 _（/ 会换成 -），最长 128 个字符",
            "letters, digits, - and _ only (each / becomes -), at most 128 characters",
        ),
    ),
    "no_cloud": Fault(
        "E206",
        Phrase(
            "{reference} 没法读：这里不是 AWS Lambda，也不是腾讯云 SCF",
            "{reference} cannot be read: this is neither AWS Lambda nor Tencent SCF",
        ),
        Phrase(
            "在自己机器上改用 ${{变量名}}，或设置 AWS_PROFILE / AWS_ACCESS_KEY_ID",
            "on your own machine use ${{NAME}}, or set AWS_PROFILE / AWS_ACCESS_KEY_ID",
        ),
    ),
}

FAULTS: dict[str, Fault] = {**_OWN, **STORE_FAULTS, **VARIABLE_FAULTS}
