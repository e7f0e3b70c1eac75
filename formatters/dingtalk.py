"""DingTalk (钉钉) custom robots: ``markdown``, ``action_card`` and ``text`` messages.

`reference/dingtalk.md`; the layout is that of `design/messages.md` section 3.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from formatters import dingtalk_codes, escaping
from formatters.dingtalk_layout import (
    COLOURS,
    QUOTE_BREAK,
    Sheet,
    at,
    mentions_all,
    shows_any,
    text,
)
from formatters.fitting import Paper, fit, once
from formatters.markdown import Pen, actions
from formatters.markdown import title as title_of
from formatters.spans import Style
from relay.config import Receiver
from relay.delivery import Post
from relay.errors import NOTHING
from relay.notifications import Line, Notification
from relay.platforms import Rendered
from relay.signing import timestamp_signature
from relay.text import cells, clean, cut_cells
from relay.words import Phrase

MAX_BODY_BYTES = 19_900  # of 20 000 in the answer 460101; whether that is the body is unverified
_BUTTON_CELLS = 13  # six Chinese characters, or "View pipeline"
_JSON = json.JSONEncoder(ensure_ascii=False)


def render(notification: Notification, receiver: Receiver) -> Rendered:
    """Turn words into the receiver's message type; the limit counts the JSON body as it is sent."""
    sheet = _sheet(notification, receiver)
    title = title_of(notification)
    fitted, cut, written = _fitted(notification, title, sheet)
    keywords = [word for word in map(clean, receiver.keywords) if word]
    if keywords and not shows_any(fitted, keywords, sheet):
        sheet = sheet._replace(keyword=keywords[0])
        fitted, cut, written = _fitted(notification, title, sheet)
    body = _body(fitted, title, written, sheet)
    cut = cut or not mentions_all(notification)
    return Rendered(title, written, body, len(_encoded(body)), MAX_BODY_BYTES, cut)


def prepare(body: Mapping[str, Any], receiver: Receiver, now_ms: int, token: str = "") -> Post:
    """Make the request, signed for *now_ms* when the receiver has a secret; the body is not signed.

    The signature goes out as plain base64: the HTTP client encodes it, once.
    """
    params = {}
    if receiver.secret:
        timestamp = str(now_ms)
        signature = timestamp_signature(receiver.secret.reveal(), timestamp)
        params = {"timestamp": timestamp, "sign": signature}
    return Post(receiver.url.reveal(), params, _encoded(body))


def check(answer: Mapping[str, Any]) -> Phrase:
    """Return NOTHING if DingTalk took the message; else raise the error of `dingtalk_codes`."""
    dingtalk_codes.check(answer)
    return NOTHING


def token_request(receiver: Receiver) -> Post | None:
    """Return None: a robot's address and signature are all it takes."""
    return None


def read_token(answer: Mapping[str, Any]) -> tuple[str, float]:
    """Return no token, for no robot asks for one."""
    return "", 0.0


def _sheet(notification: Notification, receiver: Receiver) -> Sheet:
    """Choose the message type. A card mentions nobody and has no quiet form: markdown does both."""
    if receiver.message == "text":
        return Sheet("text", Pen(Style(escaping.plain_text, markup=False)))
    address = _in_browser if receiver.open_links == "browser" else escaping.address
    style = Style(escaping.dingtalk, COLOURS, address=address)
    is_card = (
        receiver.message == "action_card"
        and not notification.quiet
        and not notification.mentions
        and bool(_buttons(notification, style))
    )
    return Sheet("actionCard" if is_card else "markdown", Pen(style))


def _in_browser(url: str) -> str:
    """Wrap an address so that the desktop client opens it in the system's browser (section 6.1)."""
    plain_address = escaping.address(url)
    if not plain_address:
        return ""
    encoded = quote(plain_address, safe="")
    return f"dingtalk://dingtalkclient/page/link?url={encoded}&pc_slide=false"


def _fitted(notification: Notification, title: str, sheet: Sheet) -> tuple[Notification, bool, str]:
    """Return what fits, whether anything was left out, and the text."""
    rule = "\n" if sheet.kind == "text" else QUOTE_BREAK

    def line(line: Line) -> str:
        written = sheet.pen.write(line.spans)
        return rule + written if written else ""

    room = MAX_BODY_BYTES - len(_encoded(_body(notification, title, "", sheet)))
    write = once(lambda words: text(words, sheet))
    fitted, cut = fit(notification, Paper(write, line, _json_bytes, room))
    return fitted, cut, write(fitted)


def _body(notification: Notification, title: str, written: str, sheet: Sheet) -> dict[str, Any]:
    if sheet.kind == "actionCard":
        card = {"title": title, "text": written, **_card_links(notification, sheet.pen.style)}
        return {"msgtype": "actionCard", "actionCard": card}
    is_text = sheet.kind == "text"
    part = {"content": written} if is_text else {"title": title, "text": written}
    mentions = at(notification)
    return {"msgtype": sheet.kind, sheet.kind: part} | ({"at": mentions} if mentions else {})


def _card_links(notification: Notification, style: Style) -> dict[str, Any]:
    buttons = _buttons(notification, style)
    if len(buttons) == 1:
        title, url = buttons[0]
        return {"singleTitle": title, "singleURL": url, "btnOrientation": "0"}
    listed = [{"title": title, "actionURL": url} for title, url in buttons]
    return {"btnOrientation": "1", "btns": listed}


def _buttons(notification: Notification, style: Style) -> list[tuple[str, str]]:
    found = ((label, style.address(url)) for label, url in actions(notification))
    return [(_button_label(label), url) for label, url in found if url]


def _button_label(label: str) -> str:
    """Shorten a label to what a button shows: by its last words, the first one by cutting."""
    words = clean(label)
    while cells(words) > _BUTTON_CELLS and " " in words:
        words = words.rpartition(" ")[0]
    return cut_cells(words, _BUTTON_CELLS)


def _json_bytes(text: str) -> int:
    return len(_JSON.encode(text).encode()) - 2


def _encoded(body: Mapping[str, Any]) -> bytes:
    return _JSON.encode(body).encode()
