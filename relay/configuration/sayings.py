"""What is said of a text that YAML cannot read, or would read otherwise than it was meant.

One row for each fault: its code, what is wrong, what to do. ``{…}`` is filled by `saying`.
"""

from typing import NamedTuple

from relay.errors import NOTHING, Problem
from relay.words import Phrase


class Saying(NamedTuple):
    """One row: *code* E0xx or E104, *message* and *hint* with their ``{…}`` still to be filled."""

    code: str
    message: Phrase
    hint: Phrase = NOTHING


_QUOTE = Phrase("写成 {text}", "write {text}")
_STRUCTURE = Phrase(
    "看看这一行和上一行的缩进、冒号、引号和括号",
    "look at the indentation, colons, quotes and brackets of this line and the one before",
)

SAYINGS = {
    "large": Saying(
        "E001",
        Phrase("配置有 {kb} KB，最多 {most} KB", "it has {kb} KB; at most {most} KB are read"),
        Phrase("确认选对了文件", "check that it is the right file"),
    ),
    "utf8": Saying(
        "E002",
        Phrase("第 {number} 行不是 UTF-8 文字", "line {number} is not UTF-8 text"),
        Phrase("用编辑器把文件另存为 UTF-8", "save the file as UTF-8"),
    ),
    "utf16": Saying(
        "E002",
        Phrase("文件是 {encoding} 编码，不是 UTF-8", "the file is {encoding}, not UTF-8"),
        Phrase("用编辑器把文件另存为 UTF-8", "save the file as UTF-8"),
    ),
    "binary": Saying(
        "E002",
        Phrase("这不是文字文件", "this is not a text file"),
        Phrase("确认选对了文件", "check that it is the right file"),
    ),
    "control": Saying(
        "E003",
        Phrase("这里有控制字符 {char}", "there is a control character here, {char}"),
        Phrase("删掉它", "delete it"),
    ),
    "invisible": Saying(
        "E003",
        Phrase("这里有看不见的字符 {char}", "there is an invisible character here, {char}"),
        Phrase("删掉它，或改成普通空格", "delete it, or make it a plain space"),
    ),
    "empty": Saying(
        "E004",
        Phrase("配置是空的", "the configuration is empty"),
        Phrase("至少要写 version 和 receivers", "it needs version and receivers at least"),
    ),
    "top": Saying(
        "E005",
        Phrase("最外层要写成 “键: 值”", "the top level must be made of “key: value” lines"),
        Phrase("从 version: 1 开始写", "begin with version: 1"),
    ),
    "documents": Saying(
        "E006",
        Phrase("一个文件里只能有一份配置", "one file holds one configuration only"),
        Phrase("删掉这个 “---” 和后面的内容", "delete this “---” and what follows"),
    ),
    "deep": Saying(
        "E007",
        Phrase("嵌套超过 {most} 层", "nested more than {most} levels deep"),
        Phrase("看看是不是多写了括号或 “- ”", "look for brackets or “- ” too many"),
    ),
    "many": Saying(
        "E008",
        Phrase(
            "展开别名后超过 {most} 项",
            "more than {most} items once the aliases are followed",
        ),
        Phrase("少用别名（* 和 <<）", "use fewer aliases (* and <<)"),
    ),
    "endless": Saying(
        "E008",
        Phrase("别名指向包含它自己的内容", "this alias stands inside of what it stands for"),
        Phrase("把内容直接写出来", "write the content itself"),
    ),
    "tab": Saying(
        "E010",
        Phrase(
            "第 {number} 行用了 Tab，改成空格", "line {number} is indented with a tab; use spaces"
        ),
        Phrase("{others}", "{others}"),
    ),
    "star": Saying(
        "E011",
        Phrase(
            "以 * 开头的模式要加引号：{text}", "a pattern that begins with * needs quotes: {text}"
        ),
    ),
    "alias": Saying(
        "E012",
        Phrase(
            "“*” 是引用别名，但没有名叫 {text} 的锚点",
            "“*” refers to an anchor, and there is none of the name {text}",
        ),
        Phrase("要写模式就加引号：{quoted}", "quote it if it is a pattern: {quoted}"),
    ),
    "bang": Saying("E013", Phrase("以 ! 开头要加引号", "what begins with ! needs quotes"), _QUOTE),
    "tag": Saying(
        "E014",
        Phrase("不支持 “!!” 类型标记", "type tags (“!!”) are not supported"),
        Phrase("删掉它；类型由键决定", "delete it; the key decides the type"),
    ),
    "braces": Saying(
        "E015",
        Phrase(
            "花括号里写 ${{…}} 要加引号，或换成多行写法",
            "${{…}} inside of brackets needs quotes, or write it on lines of its own",
        ),
        _QUOTE,
    ),
    "start": Saying(
        "E016",
        Phrase("以 {char} 开头要加引号", "what begins with {char} needs quotes"),
        _QUOTE,
    ),
    "ampersand": Saying(
        "E016",
        Phrase("以 & 开头要加引号", "what begins with & needs quotes"),
        Phrase("没有引号时，YAML 当作锚点，值是空的", "without, YAML takes it for an anchor"),
    ),
    "colon": Saying(
        "E017",
        Phrase(
            "这里的冒号是全角 “：”，改成半角 “:” 加空格",
            "this colon is a full-width “：”; write “:” and a space",
        ),
    ),
    "space": Saying(
        "E020",
        Phrase("冒号后面要有一个空格", "a space must follow the colon"),
    ),
    "comma": Saying(
        "E018",
        Phrase(
            "这里的逗号是全角 “，”，改成半角 “,”",
            "this comma is a full-width “，”; write “,”",
        ),
        Phrase("如果是内容的一部分，就加引号", "if it belongs to the text, put quotes around it"),
    ),
    "pause": Saying(
        "E018",
        Phrase(
            "这里的分隔符是顿号 “、”，改成半角 “,”",
            "the separator here is “、”; write “,”",
        ),
        Phrase("如果是内容的一部分，就加引号", "if it belongs to the text, put quotes around it"),
    ),
    "curly": Saying(
        "E019",
        Phrase(
            '这里的引号是 “ ” 这样的弯引号，改成直引号 "',
            'these are curly quotes “ ”; write straight ones, "',
        ),
    ),
    "bracket": Saying(
        "E018",
        Phrase("这里的括号是全角 “{char}”，改成半角", "this bracket is a full-width “{char}”"),
        Phrase("写成 [ ] 或 {{ }}", "write [ ] or {{ }}"),
    ),
    "second": Saying(
        "E020",
        Phrase("值里面又有 “: ”", "there is another “: ” inside of the value"),
        Phrase("值要加引号，或者换行写", "put quotes around the value, or begin a new line"),
    ),
    "list": Saying(
        "E020",
        Phrase("键和 “- ” 不能写在同一行", "“- ” cannot follow a key on the same line"),
        Phrase("换行写列表，或写成 [a, b]", "begin the list on a new line, or write [a, b]"),
    ),
    "open": Saying(
        "E021",
        Phrase("这个 “{char}” 没有配对的 “{end}”", "this “{char}” has no “{end}”"),
        Phrase("补上 “{end}”", "add the “{end}”"),
    ),
    "separator": Saying(
        "E021",
        Phrase("这里缺少 “,” 或 “{end}”", "a “,” or “{end}” is missing here"),
        _STRUCTURE,
    ),
    "quote": Saying(
        "E022",
        Phrase("引号没有结束", "these quotes are never closed"),
        Phrase("在值的末尾补上同样的引号", "add the same quote at the end of the value"),
    ),
    "escape": Saying(
        "E022",
        Phrase("双引号里的 “\\” 用法不对", "“\\” means something else inside of double quotes"),
        Phrase("改用单引号，或写成 “\\\\”", "use single quotes, or write “\\\\”"),
    ),
    "quoted": Saying(
        "E022",
        Phrase("引号结束后还有别的内容", "there is more after the closing quote"),
        Phrase("把整个值放进引号", "put the whole value inside of the quotes"),
    ),
    "indentation": Saying(
        "E023",
        Phrase("缩进和上面的行对不上", "the indentation does not fit the lines above"),
        Phrase("同一层的键要左对齐", "keys of one level begin in the same column"),
    ),
    "pair": Saying(
        "E024",
        Phrase("这一行不是 “键: 值”", "this line is not “key: value”"),
        Phrase("冒号用半角，后面加一个空格", "the colon is “:”, and a space follows it"),
    ),
    "key": Saying(
        "E025",
        Phrase("键只能是一个词，不能是列表或映射", "a key must be a word, not a list or a mapping"),
        Phrase("模板 {{{{ … }}}} 要加引号", "a template, {{{{ … }}}}, needs quotes"),
    ),
    "merge": Saying(
        "E026",
        Phrase("“<<” 后面要跟一个映射的别名", "“<<” takes the alias of a mapping"),
        Phrase("写成 <<: *name", "write <<: *name"),
    ),
    "syntax": Saying("E029", Phrase("这里不符合 YAML 语法", "this is not valid YAML"), _STRUCTURE),
    "twice": Saying(
        "E104",
        Phrase(
            "键 “{key}” 重复，第 {first} 行已写过一次",
            "key “{key}” is there twice, first in line {first}",
        ),
        Phrase(
            "删掉其中一个；YAML 会悄悄用后面的值",
            "delete one of them; YAML would silently take the later value",
        ),
    ),
}


def saying(
    name: str,
    file: str,
    line: int,
    column: int,
    *,
    size: int = 1,
    where: str = "",
    **values: object,
) -> Problem:
    """Return the problem *name* of `SAYINGS` at a place (from 1), filled with *values*.

    A value may be a `Phrase`. No value may hold a secret.
    """
    row = SAYINGS[name]
    return Problem(
        row.code,
        where,
        _filled(row.message, values),
        _filled(row.hint, values),
        file,
        line,
        column,
        size,
    )


def _filled(phrase: Phrase, values: dict[str, object]) -> Phrase:
    zh = {name: value.zh if isinstance(value, Phrase) else value for name, value in values.items()}
    en = {name: value.en if isinstance(value, Phrase) else value for name, value in values.items()}
    return Phrase(phrase.zh.format(**zh), phrase.en.format(**en))
