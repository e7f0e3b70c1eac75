"""A configuration's text with every secret masked, line for line.

A text that does not parse has no fields, and a field may be misspelt: so secrets are masked by
their look as well as by the places the loader gives. Better too much is hidden than too little.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterator
from functools import lru_cache

from relay.configuration.draft import split_lines
from relay.text import clean, cut_cells

SHOWN_LENGTH = 20  # characters a value needs before any of them is shown
_HIDDEN = "***"
_SHOWN_CELLS = 60
_ALIKE = 0.8
_LONGEST_KEY = 200
_RANDOM = 32  # letters in a row that are no word, without any digit

Span = tuple[int, int]

# Parts of keys. Under a strong one everything is secret, also what is nested below it.
_STRONG = ("secret", "token", "passw", "pwd", "credential", "密钥", "密码", "口令", "令牌", "加签")
_WEAK = ("webhook", "apikey", "accesskey", "地址", "手机")
_PARTS = re.compile(
    "keys?|k?key+|ke+y|kye|eky|k[ey]|ey|urls?|u?url+|ur+l|rul|ulr|u[rl]|rl|uri"
    "|addr|add?ress|sign|corpid|mobile|phone|pass|sec"
)
_MISSPELT = ("secret", "token", "password", "passwd", "webhook", "corp_id", "mobile")
# Words of the configuration that are no secrets, however like one they look.
_PLAIN = frozenset({"keywords", "allow_unsigned", "signature", "allow_hosts"})

# The look-behinds keep a search linear: a match begins only where a word does.
_KEY_CHAR = r"[^\s:：=;；,{}\[\]\"'“”‘’?&#(（]"
_KEY = re.compile(rf"(?<!{_KEY_CHAR})({_KEY_CHAR}+)[\"'“”‘’]?\s*([:：=;；]|->)(\s*)")
_BARE_KEY = re.compile(r"\s*(?:-\s+)*[\"'“]?([^\s:：\"'“”]+)[\"'”]?[ \t]+(?=[^\s:：=#])")
_DASHES = re.compile(r"\s*(?:-\s+)*")
_PLAIN_KEY = re.compile(r"(?:-\s+)*[\"']?[\w.*-]+[\"']?(?::(?:\s|$)|：)")
_QUOTED = {"'": re.compile(r"(?:[^']|'')*"), '"': re.compile(r'(?:[^"\\]|\\.)*')}
_BRACKET = re.compile(r"[\[{]")
_AFTER_QUOTE = re.compile(r"\s*(?:[,}\]#]|$)")
_NEXT_KEY = re.compile(r",\s*[\"']?[\w.-]+[\"']?\s*[:：]\s")
_WORD_STOP = re.compile(r"[\s\"'&,}\]]|$")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_EDGES = " \t\"'“”‘’[]{},"

_REFERENCE = re.compile(r"\$\{([A-Za-z_]\w*)(?::?[-=?+]([^}]*))?\}", re.ASCII)
_ADDRESS = re.compile(r"(?:ssm|file)://[\w./@-]*(?:#[\w.-]+)?", re.ASCII)
_CREDENTIAL = re.compile(
    r"(?<![A-Za-z0-9])(?:SEC(?![A-Z]+(?![A-Za-z0-9]))[0-9A-Za-z]{3,}|whsec_[^\s\"']+"
    r"|gl[a-z]{2,8}-[\w.-]{6,}|gh[a-z]_\w{8,}|(?:AKID|AKIA|LTAI)\w{8,}|eyJ[\w.-]{16,})"
)
# A mainland mobile number, also in groups; any number behind China's country code.
_PHONE = re.compile(
    r"(?<!\d)1\d{2}[ -]?\d{4}[ -]?\d{4}(?!\d)|\+86[ -]?\d(?:[ -]?\d){4,14}", re.ASCII
)
_RUN = re.compile(r"[A-Za-z0-9_+-]{20,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}")
_USER = re.compile(r"://([^\s/\"'?#]{1,300}|[^\s/:\"']{0,300}:[^\s\"']{1,300})@")
_WHOLE_VALUE = re.compile(r"[^\s,\"'\[\]{}|]+")


def masked(value: str) -> str:
    """Return ``***``, with the first 4 and last 2 characters of a value of 20 or more."""
    if len(value) < SHOWN_LENGTH:
        return _HIDDEN
    return f"{value[:4]}…{value[-2:]}"


def masked_text(text: str, secrets: Collection[tuple[int, int, int]] = ()) -> str:
    """Return *text* with as many lines and no secret; *secrets* as in `masked_lines`."""
    return "\n".join(line for line, _ in masked_lines(text, secrets))


def masked_lines(
    text: str, secrets: Collection[tuple[int, int, int]] = ()
) -> list[tuple[str, list[tuple[int, int, str]]]]:
    """Return each line without its secrets, and what was masked: begin, end, what stands there.

    *secrets* are places that are masked as they are told: line and column from 1, and a length in
    characters (a line break counts as one). References stay readable everywhere else, but not the
    default in ``${NAME:-default}``.
    """
    lines = split_lines(text)
    look = _Look()
    spans = [look.spans(line) for line in lines]
    for number, begin, end in _told(lines, secrets):
        spans[number].append((begin, end))
    return [_without(line, found) for line, found in zip(lines, spans, strict=True)]


def shown(token: str, masked_line: str) -> str:
    """Return *token* for a message when it still stands in *masked_line*, else only how it begins.

    At most 60 cells, on one line.
    """
    if token not in masked_line or any(_credentials(token)):
        token = f"{token[:1]}…"
    return cut_cells(clean(token), _SHOWN_CELLS)


def is_secret_key(key: str) -> bool:
    """Tell whether *key*, which may be misspelt, is likely to have a secret for its value."""
    key = _folded(key)
    if key in _PLAIN:
        return False
    if _is_strong(key) or any(word in key for word in _WEAK):
        return True
    parts = re.split(r"[_.-]+", key)
    if any(map(_PARTS.fullmatch, parts)) or key.endswith(("key", "url", "corp_id")):
        return True
    return _is_misspelt(key) or any(map(_is_misspelt, parts))


def _folded(key: str) -> str:
    return unicodedata.normalize("NFKC", key[:80]).lower()


def _is_strong(key: str) -> bool:
    return any(word in _folded(key) for word in _STRONG)


@lru_cache(maxsize=1024)
def _is_misspelt(word: str) -> bool:
    if len(word) < 4:
        return False
    from difflib import get_close_matches

    return bool(get_close_matches(word, _MISSPELT, n=1, cutoff=_ALIKE))


class _Look:
    """A reader of lines that knows which of them belong to a secret that began above."""

    def __init__(self) -> None:
        # Of the lines that are further in than `_column`, hidden are: "text" all; "more" those up
        # to the next key; "values" the same, after a key without a value; "strong" values of keys
        # as well.
        self._mode = ""
        self._column = 0
        self._quote = ""  # of a secret whose quotes are still open

    def spans(self, line: str) -> list[Span]:
        """Return what is to be masked in *line*, the next one of the text, in no order."""
        kept, defaults = _references(line)
        found = [part for span in self._read(line) for part in _parts(line, span, kept)]
        return found + defaults

    def _read(self, line: str) -> Iterator[Span]:
        body = line.lstrip()
        indent = len(line) - len(body)
        if not body:
            return
        begin = self._quoted(line, body, indent)
        if begin:
            yield 0, begin
        elif self._hides(body, indent):
            dashes = _DASHES.match(line) if self._mode != "text" else None
            yield dashes.end() if dashes else 0, len(line)
            return
        if self._mode == "strong" and (key := _PLAIN_KEY.match(body)):
            yield indent + key.end(), len(line)
        yield from _credentials(line)
        yield from self._values(line, begin, indent)

    def _quoted(self, line: str, body: str, indent: int) -> int:
        """Return where the quotes end that a line above has opened, or 0."""
        if self._quote and indent <= self._column and _PLAIN_KEY.match(body):
            self._quote = ""  # somebody forgot to close them
        if not self._quote:
            return 0
        inside = _QUOTED[self._quote].match(line)
        end = inside.end() if inside else 0
        if end < len(line):
            self._quote = ""
        return min(end + 1, len(line))

    def _hides(self, body: str, indent: int) -> bool:
        """Tell whether the whole line belongs to a secret; forget the secret when it has ended."""
        is_key = bool(_PLAIN_KEY.match(body))
        has_ended = indent < self._column or (is_key and indent == self._column)
        if has_ended or (is_key and self._mode in ("values", "more")):
            self._mode = ""
        return self._mode == "text" or bool(self._mode and not is_key)

    def _values(self, line: str, at: int, indent: int) -> Iterator[Span]:
        """Yield the values of the secret keys in *line*."""
        if (bare := _BARE_KEY.match(line[:_LONGEST_KEY])) and _is_strong(bare[1]):
            yield bare.end(), len(line)
        while key := _KEY.search(line, at):
            at = key.end()
            if is_secret_key(key[1]):
                span = self._value(line, key, indent)
                yield span
                at = max(at, span[1])

    def _value(self, line: str, key: re.Match[str], indent: int) -> Span:
        """Return the value of *key* in this line, and remember what of it may come below."""
        begin = key.end()
        in_flow = bool(_BRACKET.search(line, 0, key.start()))
        self._column = indent
        strong = _is_strong(key[1])
        if key[2] == "=" and key.start() > indent and not key[3]:
            end = _WORD_STOP.search(line, begin)
            return begin, end.start() if end else len(line)
        if begin == len(line) or line.startswith("# ", begin):
            self._mode = "strong" if strong else "values"
            return begin, begin
        if line[begin] == "{" and not strong:
            return begin, begin
        if line[begin] in _QUOTED:
            return self._quoted_value(line, begin)
        self._mode = "more"
        if _BLOCK_HEADER.match(line, begin):
            self._mode = "text"
            is_first = not line[: key.start()].strip(" \t-\"'")
            self._column = key.start() if is_first else indent
        after = _NEXT_KEY.search(line, begin) if in_flow else None
        return begin, after.start() if after else len(line)

    def _quoted_value(self, line: str, begin: int) -> Span:
        inside = _QUOTED[line[begin]].match(line, begin + 1)
        end = inside.end() if inside else len(line)
        if end == len(line):
            self._quote = line[begin]
        elif _AFTER_QUOTE.match(line, end + 1):
            return begin + 1, end
        return begin + 1, len(line)


def _credentials(line: str) -> Iterator[Span]:
    """Yield what looks like key material or a phone number wherever it stands."""
    for pattern in (_CREDENTIAL, _PHONE):
        for found in pattern.finditer(line):
            yield found.span()
    for found in _RUN.finditer(line):
        if re.search(r"\d", found[0]) or (len(found[0]) >= _RANDOM and found[0].isalpha()):
            yield found.span()
    for found in _BASE64.finditer(line):
        if re.search(r"\d", found[0]) and not found[0].islower():
            yield found.span()
    for found in _USER.finditer(line):
        yield found.span(1)


def _references(line: str) -> tuple[list[Span], list[Span]]:
    """Return what of *line* stays readable, and the defaults of ``${NAME:-default}``."""
    kept, defaults = [], []
    for found in _REFERENCE.finditer(line, 0, line.rfind("}") + 1):
        if any(_credentials(found[1])) and not found[1].isupper():
            continue  # somebody has put the secret itself into the braces
        if found[2]:
            kept += [(found.start(), found.start(2)), (found.end() - 1, found.end())]
            defaults.append(found.span(2))
        else:
            kept.append(found.span())
    kept += [found.span() for found in _ADDRESS.finditer(line)]
    return sorted(kept), defaults


def _parts(line: str, span: Span, kept: list[Span]) -> Iterator[Span]:
    """Yield what of *span* is no reference, no comment after one, and no punctuation around it."""
    begin, end = span
    near = kept[max(bisect_left(kept, (begin, 0)) - 1, 0) : bisect_left(kept, (end, 0))]
    for first, last in [*near, (end, end)]:
        part = line[begin : max(first, begin)]
        is_comment = begin > span[0] and re.match(r"\s+#", part)
        left = begin + len(part) - len(part.lstrip(_EDGES))
        right = begin + len(part.rstrip(_EDGES))
        if left < right and not is_comment and not _BLOCK_HEADER.match(part.strip()):
            yield left, right
        begin = max(begin, min(last, end))


def _told(
    lines: list[str], secrets: Collection[tuple[int, int, int]]
) -> Iterator[tuple[int, int, int]]:
    """Yield line (from 0), begin and end of each told secret, one for each line it goes over."""
    for line, column, length in secrets:
        number, begin = line - 1, column - 1
        while length > 0 and 0 <= number < len(lines) and 0 <= begin <= len(lines[number]):
            end = min(begin + length, len(lines[number]))
            if end > begin:
                yield number, begin, end
            length -= end - begin + 1
            number, begin = number + 1, 0


def _without(line: str, spans: list[Span]) -> tuple[str, list[tuple[int, int, str]]]:
    done: list[tuple[int, int, str]] = []
    single = set(spans)
    for begin, end in _merged(spans):
        value = line[begin:end]
        whole = (begin, end) in single and _WHOLE_VALUE.fullmatch(value)
        done.append((begin, end, masked(value) if whole else _HIDDEN))
    pieces, at = [], 0
    for begin, end, mask in done:
        pieces += [line[at:begin], mask]
        at = end
    return "".join([*pieces, line[at:]]), done


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
