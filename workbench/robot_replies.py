"""How a stand-in robot answers, well or with one of the faults."""

import json
from collections.abc import Callable
from typing import Any

from workbench.faults import Fault
from workbench.robot_wire import Wire, page, response

# These faults spoil only the answer: the message has been delivered.
DELIVERING = frozenset({"", "slow", "trickle", "accepted_then_reset", "cut", "strcode"})

_JSON = "application/json; charset=UTF-8"
_MEGABYTE = 1_000_000
_GATEWAY_BLOCK = {"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "0"}


def reply(wire: Wire, fault: Fault, answer: dict[str, Any]) -> None:
    """Send *answer* as *fault* wants it. A fault with no word, or a robot's own "no", is plain.

    Raises OSError when the peer is gone.
    """
    _REPLIES.get(fault.word, _plain)(wire, fault, answer)


def json_response(answer: object) -> bytes:
    return response(200, _JSON, json.dumps(answer, ensure_ascii=False).encode())


def _plain(wire: Wire, _: Fault, answer: dict[str, Any]) -> None:
    wire.send(json_response(answer))


def _slow(wire: Wire, fault: Fault, answer: dict[str, Any]) -> None:
    wire.pause(fault.number)
    wire.send(json_response(answer))


def _trickle(wire: Wire, fault: Fault, answer: dict[str, Any]) -> None:
    for byte in json_response(answer):
        wire.send(bytes([byte]))
        wire.pause(fault.number)


def _hang(wire: Wire, *_: object) -> None:
    wire.wait_until_gone()


def _reset(wire: Wire, *_: object) -> None:
    wire.reset()


def _cut(wire: Wire, _: Fault, answer: dict[str, Any]) -> None:
    raw = json_response(answer)
    wire.send(raw[:-5])
    wire.reset()


def _status(wire: Wire, fault: Fault, _: object) -> None:
    wire.send(page(int(fault.argument)))


def _redirect(wire: Wire, fault: Fault, _: object) -> None:
    wire.send(page(302, location=fault.argument))


def _huge(wire: Wire, fault: Fault, _: object) -> None:
    """Begin like a good answer and never come to its end within any sensible limit."""
    start, end = b'{"errcode":0,"errmsg":"', b'"}'
    length = max(int(fault.number * _MEGABYTE), len(start) + len(end))
    wire.send(
        f"HTTP/1.1 200 OK\r\nContent-Type: {_JSON}\r\nContent-Length: {length}\r\n\r\n".encode()
        + start
    )
    left, block = length - len(start) - len(end), b"x" * 65_536
    while left > 0:
        wire.send(block[:left])
        left -= len(block)
    wire.send(end)


def _strcode(wire: Wire, _: Fault, answer: dict[str, Any]) -> None:
    wire.send(json_response({**answer, "errcode": str(answer["errcode"])}))


def _fixed(raw: bytes) -> Callable[[Wire, Fault, dict[str, Any]], None]:
    def send(wire: Wire, _: Fault, __: object) -> None:
        wire.send(raw)

    return send


_REPLIES: dict[str, Callable[[Wire, Fault, dict[str, Any]], None]] = {
    "slow": _slow,
    "hang": _hang,
    "trickle": _trickle,
    "refuse": _reset,
    "reset": _reset,
    "accepted_then_reset": _reset,
    "cut": _cut,
    "http": _status,
    "redirect": _redirect,
    "nonjson": _fixed(page(200)),
    "empty": _fixed(response(200, _JSON, b"")),
    "array": _fixed(json_response([])),
    "huge": _huge,
    "waf": _fixed(json_response(_GATEWAY_BLOCK)),
    "strcode": _strcode,
}
