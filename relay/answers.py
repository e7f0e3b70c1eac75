"""The body of an answer, made to fit where the forge shows and keeps it."""

import json
from collections.abc import Mapping
from typing import Any

MAX_ANSWER_BYTES = 2048

_ENTRY_LISTS = (
    "skipped",
    "notes",
    "sent",
    "failed",
)  # of equally long ones, the first loses an entry
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ROOM_FOR_MORE = len(',"more":9999999')


def fit(body: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return *body* in at most *most* bytes of compact JSON.

    What goes, in this order, until the rest fits: the ``detail`` of every entry; entries from the
    end of the longest of the lists ``sent``, ``failed``, ``notes`` and ``skipped``, counted in
    ``more``; the longest values, with their keys. *body* itself stays as it is.
    """
    fitted = dict(body)
    if len(compact_json(fitted)) <= most:
        return fitted
    lists = {name: body[name] for name in _ENTRY_LISTS if isinstance(body.get(name), list)}
    fitted.update({name: list(map(_without_detail, lists[name])) for name in lists})
    size = len(compact_json(fitted))
    if size > most:
        excess = size + _ROOM_FOR_MORE - most
        if dropped := _drop_entries([fitted[name] for name in lists], excess):
            fitted["more"] = dropped
    while len(compact_json(fitted)) > most:
        del fitted[max(fitted, key=lambda name: len(compact_json(fitted[name])))]
    return fitted


def compact_json(value: object) -> bytes:
    """Write compact JSON in valid UTF-8, with ``?`` for what is no character."""
    return _ENCODER.encode(value).encode("utf-8", "replace")


def _without_detail(entry: object) -> object:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if name != "detail"}


def _drop_entries(lists: list[list[object]], excess: int) -> int:
    """Drop from the end of the longest list until *excess* bytes are gone; return how many."""
    dropped = 0
    while excess > 0 and any(lists):
        longest = max(lists, key=len)
        excess -= len(compact_json(longest.pop())) + bool(longest)  # its comma, if one goes with it
        dropped += 1
    return dropped
