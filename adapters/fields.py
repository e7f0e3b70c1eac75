"""A view of payload JSON that never raises, whatever type a value has.

A hook owner can send any JSON under a known event header (custom templates, `reference/gitlab.md`
section 4), so no key is trusted to be there or to have its type.
"""

from typing import Any

_LONGEST_NUMBER = 10**15  # above it, an id is no id and a duration no duration


class Fields:
    """One JSON object; anything else counts as an empty one."""

    __slots__ = ("_values",)

    def __init__(self, value: object) -> None:
        self._values: dict[str, Any] = value if isinstance(value, dict) else {}

    def __bool__(self) -> bool:
        return bool(self._values)

    def __contains__(self, key: str) -> bool:
        """Tell whether *key* is there with a value other than null."""
        return self._values.get(key) is not None

    def keys(self) -> list[str]:
        return list(self._values)

    def raw(self, key: str) -> object:
        return self._values.get(key)

    def text(self, *keys: str) -> str:
        """Return the first of *keys* that holds text (or a number), stripped; else ``""``.

        Lone surrogates become U+FFFD, so that the result can always be encoded.
        """
        for key in keys:
            if found := as_text(self._values.get(key)):
                return found
        return ""

    def number(self, *keys: str) -> float | None:
        """Return the first of *keys* that holds a finite number ≥ 0, also as digits in text."""
        for key in keys:
            if (found := as_number(self._values.get(key))) is not None:
                return found
        return None

    def integer(self, *keys: str) -> int | None:
        found = self.number(*keys)
        return None if found is None else int(found)

    def flag(self, key: str) -> bool:
        """Tell whether *key* is literally true."""
        return self._values.get(key) is True

    def sub(self, *keys: str) -> "Fields":
        """Return the first of *keys* that holds a non-empty object; else an empty one."""
        for key in keys:
            value = self._values.get(key)
            if value and isinstance(value, dict):
                return Fields(value)
        return _NOTHING

    def objects(self, key: str) -> list["Fields"]:
        """Return the objects in the list at *key*; entries of other types are left out."""
        value = self._values.get(key)
        if not isinstance(value, list):
            return []
        return [Fields(item) for item in value if item and isinstance(item, dict)]

    def texts(self, key: str) -> list[str]:
        """Return the non-empty texts in the list at *key*."""
        value = self._values.get(key)
        if not isinstance(value, list):
            return []
        return [text for item in value if (text := as_text(item))]


_NOTHING = Fields(None)


def as_text(value: object) -> str:
    if isinstance(value, str):
        return (value if value.isascii() else _encodable(value)).strip()
    if type(value) is int and abs(value) < _LONGEST_NUMBER:  # not a bool, which is an int as well
        return str(value)
    return ""


def as_number(value: object) -> float | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if 0 <= value < _LONGEST_NUMBER else None


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
