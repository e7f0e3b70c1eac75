"""Dead letters as a person and as a program reads them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from relay.text import clean, cut_cells
from relay.words import Phrase, Words
from workbench.codes import codes
from workbench.dead_letter_queue import Letter

_TITLE_CELLS = 76
_DETAIL_CELLS = 200
_UNREADABLE = "E542"
_TOO_OFTEN = Phrase(
    "接收次数太多仍没有成功，SQS 自己移到这里；原因在函数日志里，按投递编号查",
    "received too often without success, so SQS moved it here; the function's log has the reason, "
    "under the delivery id",
)
_NO_BODY = Phrase("（内容无法解析）", "(its body cannot be read)")
_CANNOT_READ = Phrase(
    "队列消息无法解析：不是这个程序写的，或版本不同",
    "a queue message that cannot be read: not written by the relay, or by another version",
)
_DROP_IT = Phrase("不能重新发送；用 drop 删掉", "it cannot be sent again; drop it")
_AGO = Phrase("{age}前", "{age} ago")
_HINT = Phrase("提示：", "hint: ")
_HEAD = Phrase(
    "{queue} 里有 {count} 条死信", "{count} dead letters in {queue}", "1 dead letter in {queue}"
)
_NONE = Phrase("{queue} 里没有死信", "no dead letters in {queue}")
_HIDDEN = Phrase(
    "另有约 {count} 条现在看不到：SQS 的 FIFO 队列每组（每个接收者）一次只给前 10 条，"
    "处理完才给后面的；--all 包括它们",
    "about {count} more cannot be seen now: a FIFO queue gives the first 10 of a group (of a "
    "receiver) and the next when these are gone; --all includes them",
)


def heading(queue: str, shown: int, lang: str) -> str:
    if not shown:
        return _NONE.filled(queue=queue).of(lang)
    return Words(lang, "").say(_HEAD, queue=queue, count=shown)


def hidden_note(count: int, lang: str) -> str:
    return _HIDDEN.filled(count=count).of(lang)


def as_text(letter: Letter, *, now_s: float, zone: tzinfo, lang: str) -> Iterator[str]:
    """Yield the lines about one dead letter, the first with its id."""
    words = Words(lang, "")
    delivery = letter.item.delivery if letter.item else None
    event = clean(delivery.event) if delivery else ""
    yield "  ".join(filter(None, (letter.id, letter.receiver, event)))
    yield f"  {title(letter, lang)}"
    if delivery:
        yield f"  {_when(delivery.received_at, now_s, zone, words)}"
    why, remedy = reason(letter, lang)
    yield f"  {' '.join(filter(None, (_code(letter), _vendor_code(letter), why)))}"
    if detail := _detail(letter):
        yield f"  {detail}"
    if remedy:
        yield f"  {_HINT.of(lang)}{remedy}"


def as_json(letter: Letter, *, now_s: float, lang: str) -> dict[str, Any]:
    delivery = letter.item.delivery if letter.item else None
    why, remedy = reason(letter, lang)
    return {
        "id": letter.id,
        "message_id": letter.message_id,
        "receiver": letter.receiver,
        "event": delivery.event if delivery else "",
        "title": delivery.notification.title if delivery else "",
        "received_at": delivery.received_at if delivery else None,
        "age_s": round(now_s - delivery.received_at) if delivery else None,
        "receives": letter.receives,
        "code": _code(letter),
        "vendor_code": _vendor_code(letter),
        "reason": why,
        "detail": _detail(letter),
        "remedy": remedy,
        "readable": letter.item is not None,
    }


def title(letter: Letter, lang: str) -> str:
    if letter.item is None:
        return _NO_BODY.of(lang)
    return cut_cells(clean(letter.item.delivery.notification.title), _TITLE_CELLS)


def one_line(letter: Letter, lang: str) -> str:
    return "  ".join(filter(None, (letter.id, letter.receiver, title(letter, lang))))


def reason(letter: Letter, lang: str) -> tuple[str, str]:
    """Return why *letter* lies there, and what to do about it, ``""`` if there is nothing."""
    if letter.item is None:
        return _CANNOT_READ.of(lang), _DROP_IT.of(lang)
    row = codes().get(_code(letter))
    if row:
        return row.means.of(lang), row.do.of(lang)
    return ("", "") if _code(letter) else (_TOO_OFTEN.of(lang), "")


def counted(letters: Sequence[Letter], total: int) -> int:
    """Return how many of *total* (which is approximate) are not among *letters*."""
    return max(0, total - len(letters))


def _when(received_at: float, now_s: float, zone: tzinfo, words: Words) -> str:
    """Return the time and the age; ``?`` for a time that no calendar has."""
    try:
        at = datetime.fromtimestamp(received_at, zone).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return "?"
    age = _AGO.filled(age=words.duration(max(0.0, now_s - received_at))).of(words.lang)
    return f"{at} · {age}"


def _code(letter: Letter) -> str:
    return clean(letter.attributes.get("code", "")) or ("" if letter.item else _UNREADABLE)


def _vendor_code(letter: Letter) -> str:
    return clean(letter.attributes.get("vendor_code", ""))


def _detail(letter: Letter) -> str:
    return cut_cells(clean(letter.attributes.get("detail", "")), _DETAIL_CELLS)
