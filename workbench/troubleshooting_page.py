"""`docs/troubleshooting.md` and its Chinese twin: what was seen, each reason, each code.

What a person sees is told by the words of `pages/`; the rest are the code's own tables.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath

from relay.reasons import SENTENCES
from relay.words import Phrase
from workbench.code_rows import Family
from workbench.codes import families
from workbench.codes_of_reasons import REASONS
from workbench.page_tables import anchor, head, line, page, plain
from workbench.problem_formats import DOCS
from workbench.refusal_tables import refusals, treatments

_CODE, _MEANS, _DO = Phrase("代码", "code"), Phrase("意思", "means"), Phrase("怎么办", "do")
_REASON, _SAYS = Phrase("原因", "reason"), Phrase("响应里的说法", "the answer says")
_PAGE = re.compile(r"docs/([\w-]+\.md)")


def troubleshooting_page(lang: str) -> str:
    """Return the page in *lang*, ``zh-CN`` or ``en``."""
    return page(PurePath(DOCS[lang]).name, {name: _of(part, lang) for name, part in _PARTS.items()})


def _of(part: Callable[[str], str], lang: str) -> Callable[[], str]:
    return lambda: part(lang)


def _reasons(lang: str) -> str:
    titles = head(*(one.of(lang) for one in (_REASON, _SAYS, _MEANS, _DO)))
    rows = (
        line(
            anchor(code),
            _told(_wordings(code), lang),
            _shown(one.means.of(lang)),
            _shown(one.do.of(lang)),
        )
        for code, one in REASONS.items()
    )
    return titles + "".join(rows)


def _wordings(code: str) -> list[Phrase]:
    return [told for name, told in SENTENCES.items() if name.partition(" ")[0] == code]


class _Gaps(dict[str, str]):
    """Fills what a sentence leaves open."""

    def __missing__(self, key: str) -> str:
        return "[…]" if key == "patterns" else "…"


def _told(sentences: Iterable[Phrase], lang: str) -> str:
    return "<br>".join(plain(one.of(lang).format_map(_Gaps())) for one in sentences)


def _codes(lang: str) -> str:
    return "\n".join(_family(one, lang) for one in families())


def _family(family: Family, lang: str) -> str:
    titles = head(*(one.of(lang) for one in (_CODE, _MEANS, _DO)))
    rows = (
        line(anchor(code), _shown(one.means.of(lang)), _shown(one.do.of(lang)))
        for code, one in family.codes.items()
    )
    return f"### {family.title.of(lang)}\n\n{titles}{''.join(rows)}"


def _shown(text: str) -> str:
    """Return *text* as it is, with a link where it names a page."""
    return _PAGE.sub(r"[\1](\1)", plain(text))


_PARTS: Mapping[str, Callable[[str], str]] = {
    "reasons": _reasons,
    "codes": _codes,
    "treatments": treatments,
    "refusals": refusals,
}
