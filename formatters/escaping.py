"""User text made harmless, one function per markup dialect, and addresses fit for a link.

Published clients contradict each other on what these platforms let an author escape, so nothing
here relies on a renderer's help (entities on DingTalk excepted, which are known to work). A
character is left as it is wherever no renderer gives it a meaning, since commit titles and branch
names are full of them; else it is kept and followed by a zero-width space that takes the meaning
away; only where neither will do, a look-alike stands in for it:

- ``_`` between letters or digits (snake_case) is never emphasis and stays; ``*`` between spaces
  neither. Any other ``*`` could pair with one in another text or with our own ``**``.
- ``[`` and ``]`` stay: a link needs ``](``, a definition ``]:``, a reference ``][``. In the label
  of a link they become full-width, because simple parsers end the label at the first ``]``.
- ``@`` is a mention only with a name behind it; ``!`` an image only before ``[``.
- A backslash matters only before punctuation (``C:\\temp`` stays), ``&`` only in an entity.
- A bare ``https://…`` stays readable. A client may make it a link, but one that says where it goes.

`reference/wecom.md` A.9, `reference/dingtalk.md` 6.2.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

MAX_ADDRESS_BYTES = 1400  # after percent-encoding: with it and one first line every limit is kept

GAP = "\u200b"
_MARKUP = re.compile(
    r"""
      [`\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]
    | (?<!\s)\* | \*(?!\s)
    | (?<![^\W_])_ | _(?![^\W_])
    | ~(?=~) | (?<=~)~
    | \](?=[(:\[]|\Z)
    | @(?=\w|\Z)
    | !\Z
    | \\(?=[!-/:-@\[-`{-~]|\Z)
    | &(?=\#?\w+;)
    """,
    re.VERBOSE,
)
# What starts a heading, quote, list, table, rule or underlined heading at the start of a line.
_BLOCK_START = re.compile(r"[#>+*=:|~-]|\d{1,9}[.)](?:\s|\Z)")
# What no line of the user's own may hold either; a surrogate could not even be sent.
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BREAK = re.compile(r"[\t-\r\x85\u2028\u2029]")
_AUTHORITY = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?(?=[/?#]|\Z)")
# Neither brackets nor quotes, and no semicolon: without it there is no entity in an address.
_KEPT_IN_ADDRESS = "/?#=&%+,:!$~.-_"

# Characters that `_MARKUP` finds and a table lacks are controls: they become spaces.
_WECOM = {
    "`": "'",
    "*": "∗",
    "_": "_",
    "~": "~",
    "\\": "＼",
    "]": f"]{GAP}",
    "@": f"@{GAP}",
    "!": f"!{GAP}",
    "&": f"&{GAP}",
}
_WECOM_V2 = _WECOM | {"_": "＿", "~": "～"}
_DINGTALK = _WECOM_V2 | {"&": "&"}
_TEXT = {char: char for char in _WECOM} | {"@": f"@{GAP}"}
_LABEL = str.maketrans("[]", "［］")


def wecom(text: str) -> str:
    """Escape for WeCom ``markdown``, which knows neither ``_`` nor ``~``."""
    return _replace(_full_width_angles(text), _WECOM)


def wecom_v2(text: str) -> str:
    """Escape for WeCom ``markdown_v2``."""
    return _replace(_full_width_angles(text), _WECOM_V2)


def dingtalk(text: str) -> str:
    """Escape for DingTalk ``markdown`` and cards: entities are decoded by every client."""
    entities = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _replace(entities, _DINGTALK)


def plain_text(text: str) -> str:
    """Escape for the ``text`` type of both platforms, where nothing but a mention has a meaning."""
    return _replace(text.replace("<@", "＜@"), _TEXT)


def app_text(text: str) -> str:
    """Escape for the ``text`` type of WeCom applications, where ``<a href=…>`` is a link."""
    return _replace(_full_width_angles(text), _TEXT)


def markup(text: str) -> str:
    """Return the user's own markup as it is, on one line and without control characters."""
    return _CONTROL.sub("", _BREAK.sub(" ", text))


def label(text: str) -> str:
    """Prepare *text*, not yet escaped, to stand between the brackets of a link."""
    return text.translate(_LABEL)


def guard_start(escaped: str) -> str:
    """Put a zero-width space before text that would turn its line into something else."""
    return GAP + escaped if _BLOCK_START.match(escaped) else escaped


def guard_end(escaped: str) -> str:
    """Keep a ``#`` at the end of a heading from being taken for its closing sequence."""
    return escaped + GAP if escaped.endswith("#") else escaped


def address(url: str) -> str:
    """Return *url* percent-encoded so that it can stand in ``(…)``; ``""`` if it must not.

    Taken are http and https with a host and without user name, up to `MAX_ADDRESS_BYTES`.
    """
    scheme, _, rest = url.strip().partition("://")
    host = _AUTHORITY.match(rest)
    if scheme.lower() not in ("http", "https") or host is None:
        return ""
    path = quote(rest[host.end() :], safe=_KEPT_IN_ADDRESS, errors="replace")
    encoded = f"{scheme.lower()}://{quote(host[0], safe='[]:')}{path}"
    return encoded if len(encoded) <= MAX_ADDRESS_BYTES else ""


def _full_width_angles(text: str) -> str:
    """Replace ``<``, and ``>`` only beside it: ``a -> b`` cannot be a tag."""
    return text.replace("<", "＜").replace(">", "＞") if "<" in text else text


def _replace(text: str, table: Mapping[str, str]) -> str:
    return _MARKUP.sub(lambda found: table.get(found[0], " "), text)
