"""The codes that `check` tells: of the file's text, its keys, its secrets and its templates."""

from relay.words import Phrase
from workbench.code_rows import Family, row

_YAML = {
    "E001": row("文件超过 256 KB", "the file has more than 256 KB", "选对文件", "choose the file"),
    "E002": row(
        "文件不是 UTF-8 文本", "the file is not UTF-8 text", "另存为 UTF-8", "save it as UTF-8"
    ),
    "E003": row(
        "有控制字符或看不见的字符",
        "a control character, or one that cannot be seen",
        "删掉它",
        "delete it",
    ),
    "E004": row(
        "配置是空的",
        "the configuration is empty",
        "至少写 version 和 receivers",
        "write version and receivers at least",
    ),
    "E005": row(
        "最外层不是 “键: 值”",
        "the top level is not made of “key: value”",
        "从 version: 1 开始写",
        "begin with version: 1",
    ),
    "E006": row(
        "一个文件里有几份配置（---）",
        "several configurations in one file (---)",
        "只留一份",
        "keep one of them",
    ),
    "E007": row(
        "嵌套太深", "nested too deep", "去掉多余的括号或 “- ”", "remove brackets or “- ” too many"
    ),
    "E008": row(
        "别名展开后太多，或指向自己",
        "aliases that come to too much, or contain themselves",
        "少用 * 和 <<，直接写内容",
        "use fewer * and <<, write the content itself",
    ),
    "E009": row(
        "找不到或不能读配置文件",
        "the configuration file is not there, or cannot be read",
        "改正 CONFIG_FILE 或文件权限；删掉它就用环境变量",
        "correct CONFIG_FILE or the file's permissions; without it the variables count",
    ),
    "E010": row("用 Tab 缩进", "a tab as indentation", "改成空格", "use spaces"),
    "E011": row(
        "以 * 开头的模式没有引号",
        "a pattern that begins with * has no quotes",
        '写成 "*"',
        'write "*"',
    ),
    "E012": row(
        "“*名字” 引用了没有的锚点",
        "“*name” refers to an anchor that is not there",
        "是模式就加引号",
        "put a pattern in quotes",
    ),
    "E013": row(
        "以 ! 开头的值没有引号",
        "a value that begins with ! has no quotes",
        '写成 "!job"',
        'write "!job"',
    ),
    "E014": row("“!!” 类型标记", "a type tag, “!!”", "删掉它", "delete it"),
    "E015": row(
        "括号里的 ${…} 没有引号",
        "${…} inside of brackets has no quotes",
        '"${NAME}"，或换成多行写法',
        '"${NAME}", or write it on lines of its own',
    ),
    "E016": row(
        "以 @、%、& 或 ` 开头的值没有引号",
        "a value that begins with @, %, & or ` has no quotes",
        '写成 "@all"',
        'write "@all"',
    ),
    "E017": row(
        "全角冒号 “：”", "a full-width colon, “：”", "改成 “:” 加空格", "write “:” and a space"
    ),
    "E018": row(
        "全角的逗号、顿号或括号",
        "a full-width comma, “、” or bracket",
        "改成 “,” “[ ]”；是内容就加引号",
        "write “,” or “[ ]”; quote it if it is text",
    ),
    "E019": row("弯引号 “ ”", "curly quotes “ ”", '改成 "', 'write "'),
    "E020": row(
        "冒号后没有空格，或一行里有两个 “: ”",
        "no space behind a colon, or two “: ” in one line",
        "加空格、加引号或换行",
        "add the space, quotes or a new line",
    ),
    "E021": row("括号没有配对", "a bracket has no partner", "补上它", "add it"),
    "E022": row("引号用错", "quotes that do not fit", "整个值放进同样的引号", "quote it whole"),
    "E023": row(
        "缩进和上面的行对不上",
        "the indentation does not fit the lines above",
        "同一层左对齐",
        "begin one level in one column",
    ),
    "E024": row("这一行不是 “键: 值”", "a line that is not “key: value”", "补上冒号", "add “: ”"),
    "E025": row(
        "键不是一个词", "a key that is no word", "模板 {{ … }} 要加引号", "quote a template {{ … }}"
    ),
    "E026": row("“<<” 后面不是映射", "“<<” without a mapping", "写成 <<: *名字", "write <<: *name"),
    "E029": row(
        "其他 YAML 语法错误",
        "other faults of YAML",
        "看这一行和上一行的缩进、引号、括号",
        "look at indentation, quotes and brackets here and above",
    ),
}

_KEYS = {
    "E101": row("没有这个键或变量", "no such key or variable", "改正拼写", "correct the spelling"),
    "E102": row("缺少必需的键", "a required key is missing", "补上它", "add it"),
    "E103": row(
        "值不在可选范围里", "none of the known values", "用提示里的一个", "use one of the hint"
    ),
    "E104": row("同一个键写了两次", "a key stands twice", "删掉其中一个", "delete one of them"),
    "E105": row(
        "该是列表、映射或单个值，或这个类型没有这个键",
        "not the list, mapping or single value expected, or a key of another type",
        "按提示改写",
        "write it as the hint says",
    ),
    "E106": row(
        "值的格式不对", "a value of the wrong form", "按提示改写", "write it as the hint says"
    ),
    "E107": row(
        "模式不能用",
        "a pattern that cannot be used",
        "见 docs/configuration.md 的「过滤」",
        "see filters in docs/configuration.md",
    ),
    "E109": row(
        "问题太多，其余没有列出",
        "too many problems: the rest is not listed",
        "先改正列出的",
        "correct those listed first",
    ),
    "E110": row("没有这个事件", "no such event", "见 docs/events.md", "see docs/events.md"),
    "E111": row(
        "这个事件没有这项内容（show）",
        "the event has no such fact (show)",
        "见 docs/templates.md",
        "see docs/templates.md",
    ),
    "E120": row(
        "引用的接收者、来源或时间段没有定义",
        "a receiver, source or time interval that is not defined",
        "改正名字，或先定义它",
        "correct the name, or define it",
    ),
    "E121": row(
        "既不是角色，也不在 people 里",
        "neither a role nor in people",
        "写角色、people 里的用户名或 @all",
        "write a role, a key of people or @all",
    ),
    "W104": row(
        "这个事件要和上一次的结果比，而它只记在内存里",
        "an event that compares with the last result, which only memory keeps",
        "设置 state: dynamodb://表名，或再写上 pipeline.success",
        "set state: dynamodb://table, or name pipeline.success as well",
    ),
    "W105": row(
        "前面的路由匹配一切并停下，这条用不到",
        "a route above takes everything and stops: never reached",
        "调整顺序，或去掉 continue: false",
        "change the order, or drop continue: false",
    ),
    "W106": row(
        "没有路由用到这个接收者",
        "no route uses this receiver",
        "写进某条路由，或删掉",
        "name it in a route, or remove it",
    ),
    "W107": row(
        "这条路由没有接收者",
        "this route has no receiver",
        "在 receivers 里写上，或删掉路由",
        "name receivers in it, or remove the route",
    ),
    "W109": row(
        "警告太多，其余没有列出",
        "too many warnings: the rest is not listed",
        "先改正列出的",
        "correct those listed first",
    ),
    "W121": row(
        "像角色的词会被当作 userid",
        "a word like a role is taken as a user id",
        "改正拼写",
        "correct the spelling",
    ),
}

_SECRETS = {
    "E201": row(
        "需要的环境变量没有设置，或是空的",
        "a variable that is needed is not set, or empty",
        "在函数的环境变量里设置它；在自己的电脑上，也可以在 .env 里写一行 NAME=value",
        "set it among the function's variables; on your machine a line NAME=value in .env will do",
    ),
    "E202": row(
        "没有密钥，所有请求都会被拒绝；在响应里：配置不能用",
        "no secret, so nobody may call; in an answer: the configuration cannot be used",
        "写 secret；响应的 fix 里有原因",
        "give the source a secret; the answer's fix names the cause",
    ),
    "E203": row(
        "不是这种机器人的地址",
        "not an address of such a robot",
        "重新复制整个 Webhook 地址；私有部署写 allow_hosts",
        "copy the whole address again; name private hosts in allow_hosts",
    ),
    "E204": row(
        "不是这种密钥，或密钥写进了关键词",
        "not a secret of this kind, or a secret as keyword",
        "按提示重新复制",
        "copy it again, as the hint says",
    ),
    "E205": row(
        "加签密钥和机器人个数不同",
        "not as many secrets as robots",
        "按同样的顺序各写一个，没有的留空",
        "one for each in the same order, an empty place for none",
    ),
    "E206": row(
        "ssm:// 读不到，或 RELAY_SECRETS 写的不是地方",
        "ssm:// cannot be read, or RELAY_SECRETS names no place",
        "看提示：权限、名字、地域或网络",
        "see the hint: permission, name, region or network",
    ),
    "E207": row(
        "file:// 读不到", "file:// cannot be read", "检查路径、挂载和权限", "check path and mount"
    ),
    "E208": row(
        "# 后面的字段，或 RELAY_SECRETS 的变量取不到",
        "the field after #, or a variable of RELAY_SECRETS, is not there",
        "内容要是 JSON 对象，值是文本",
        "keep a JSON object whose values are texts",
    ),
    "E209": row(
        "${…} 写法不对",
        "${…} is not written as it should be",
        "${NAME} 或 ${NAME:-默认值}",
        "${NAME} or ${NAME:-default}",
    ),
    "W201": row(
        "密钥直接写在文件里",
        "a secret stands in the file itself",
        "改用 ${NAME}、ssm:// 或 file://",
        "write ${NAME}, ssm:// or file://",
    ),
    "W206": row(
        "RELAY_SECRETS 那里有不是变量的名字，没有用",
        "names where RELAY_SECRETS leads that are no variables: not used",
        "变量名用大写；RELAY_QUEUE、平台的变量等设在函数里",
        "write variables in capitals; set RELAY_QUEUE, the platform's own … in the function",
    ),
    "W208": row(
        "这里读不到密钥，其余部分已检查",
        "a secret that cannot be had here; the rest was checked",
        "在函数里设置它",
        "set it where the function runs",
    ),
    "W209": row(
        "Webhook 密钥不到 8 个字符（只有 check 和 doctor 提示）",
        "a webhook secret of fewer than 8 characters (told by check and doctor only)",
        "换成随机的，两边都改",
        "take a random one, and change it on both sides",
    ),
}

_TEMPLATES = {
    "E601": row("模板写法有错", "the template cannot be read", "看那一行", "look at that line"),
    "E602": row(
        "没有这个变量、字段、过滤器或判断",
        "no such variable, field, filter or test",
        "见 docs/templates.md",
        "see docs/templates.md",
    ),
    "E603": row("模板里不能用的写法", "not allowed in templates", "换种写法", "write it otherwise"),
    "E604": row(
        "模板太大、太深或要做的事太多",
        "too large, too deep or too much work",
        "缩短它",
        "make it shorter",
    ),
    "E605": row(
        "某一行算不出来",
        "a line that cannot be worked out",
        "检查值是否存在、类型是否合适",
        "check that the value exists and fits",
    ),
    "E606": row(
        "没有安装 Jinja2", "Jinja2 is not installed", "装上 requirements.txt", "install it"
    ),
    "E607": row(
        "模板文件找不到或读不出来",
        "the template file is not there, or cannot be read",
        "路径从配置文件的目录算起，UTF-8",
        "paths begin beside the configuration; UTF-8",
    ),
    "E608": row(
        "模板文件在目录之外，或太大",
        "a template file elsewhere, or too large",
        "放到配置文件旁边；最多 20000 字",
        "keep it beside the configuration; 20 000 characters",
    ),
}

FAMILIES = (
    Family(Phrase("YAML 写法", "YAML"), _YAML),
    Family(Phrase("键、名字和事件", "Keys, names and events"), _KEYS),
    Family(Phrase("密钥和环境变量", "Secrets and variables"), _SECRETS),
    Family(Phrase("模板", "Templates"), _TEMPLATES),
)
