"""What can be wrong with a template: one error, its codes, its words.

E601 cannot be read · E602 an unknown name · E603 not allowed in templates · E604 too large or too
much work · E605 does not fit the values · E606 Jinja2 is not installed.
"""

from collections.abc import Iterable

from relay.errors import NOTHING, RelayError
from relay.text import clean, cut_cells
from relay.words import Phrase

_NAME_CELLS = 40
_DETAIL_CELLS = 100

SYNTAX = Phrase("模板写法有错（{detail}）", "the template cannot be read ({detail})")
NO_VARIABLE = Phrase("没有 {name} 这个变量", "there is no variable {name}")
NO_FILTER = Phrase("没有 {name} 这个过滤器", "there is no filter {name}")
NO_TEST = Phrase("没有 is {name} 这种判断", "there is no test {name}")
NO_FIELD = Phrase("{of} 里没有 {name}", "{of} has no {name}")
FORBIDDEN = Phrase("模板里不能用 {what}", "templates cannot use {what}")
TOO_LONG = Phrase("模板超过 {most} KB", "the template is longer than {most} KB")
TOO_DEEP = Phrase("模板嵌套太深", "the template is nested too deeply")
TOO_MUCH_WORK = Phrase(
    "模板要做的事太多（循环或文本太长）", "the template does too much (loops or texts too long)"
)
TOO_MANY = Phrase("range 最多 {most} 个", "range has at most {most} items")
NO_LIST = Phrase("for 后面要是一个列表", "a loop needs a list")
WRONG_VALUE = Phrase("这一行算不出来（{detail}）", "this line cannot be worked out ({detail})")
WRONG_ARGUMENT = Phrase("过滤器 {name} 的参数不对", "wrong arguments for the filter {name}")
NO_JINJA = Phrase("没有安装 Jinja2，模板用不了", "Jinja2 is not installed: no templates")
INSTALL = Phrase("把 requirements.txt 里的都装上", "install all of requirements.txt")


class TemplateFault(RelayError):
    """A template that cannot be used; *message* and *hint* are in both languages.

    *line* counts from 1 in the template's text, 0 when it is not known. Names in the texts are the
    template's own; no text holds a value of the event.
    """

    def __init__(self, code: str, message: Phrase, line: int = 0, hint: Phrase = NOTHING) -> None:
        super().__init__(f"{code} {message.en}")
        self.code = code
        self.message = message
        self.line = line
        self.hint = hint


def unknown(
    message: Phrase, name: str, known: Iterable[str], line: int = 0, of: str = ""
) -> TemplateFault:
    """Return the fault of a *name* that is none of *known*, with the nearest of them."""
    from relay.configuration.suggest import did_you_mean

    filled = message.filled(name=_short(name, _NAME_CELLS), of=_short(of, _NAME_CELLS))
    return TemplateFault("E602", filled, line, did_you_mean(name, known))


def forbidden(what: str, line: int = 0) -> TemplateFault:
    return TemplateFault("E603", FORBIDDEN.filled(what=_short(what, _NAME_CELLS)), line)


def too_much_work() -> TemplateFault:
    return TemplateFault("E604", TOO_MUCH_WORK)


def unreadable(detail: str, line: int = 0) -> TemplateFault:
    return TemplateFault("E601", SYNTAX.filled(detail=_short(detail, _DETAIL_CELLS)), line)


def failed(error: Exception, line: int = 0) -> TemplateFault:
    """Return the fault of an expression; of other errors than of types only the class is told.

    Their texts may hold a value of the event.
    """
    detail = str(error) if isinstance(error, TypeError) else type(error).__name__
    return TemplateFault("E605", WRONG_VALUE.filled(detail=_short(detail, _DETAIL_CELLS)), line)


def wrong_argument(name: str) -> TemplateFault:
    return TemplateFault("E605", WRONG_ARGUMENT.filled(name=name))


def _short(text: str, cells: int) -> str:
    """Return *text* as a message may quote it: bounded, and nothing that looks like a secret."""
    from relay.configuration.masking import masked_text

    return cut_cells(masked_text(clean(text)), cells)
