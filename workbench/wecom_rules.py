"""What a WeCom group robot takes (`reference/wecom.md` A.2, A.3, A.5)."""

from collections.abc import Callable
from typing import Any

from workbench.robot_terms import Message, Refusal, RefusedError, Request, Robot, strict_object

UNKNOWN_KEY = Refusal(93000, "invalid webhook url")
CONTENT_LIMITS = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}
_MOST_ARTICLES = 8
_CARD_TYPES = ("text_notice", "news_notice")


def read(robot: Robot | None, request: Request, now: float) -> Message:
    """Return the message; raises RefusedError with WeCom's code. *now* plays no part."""
    if robot is None:
        raise RefusedError(*UNKNOWN_KEY)
    if request.method != "POST":
        raise RefusedError(40063, "some parameters are empty, POST is required")
    try:
        raw = strict_object(request.body)
    except UnicodeEncodeError:
        raise RefusedError(40033, "invalid charset, \\uXXXX is not a character") from None
    except ValueError:
        raise RefusedError(40008, "Warning: wrong json format. invalid message type") from None
    kind = raw.get("msgtype")
    if not isinstance(kind, str) or kind not in _TEXTS:
        raise RefusedError(40008, "invalid message type")
    part = raw.get(kind)
    if not isinstance(part, dict):
        raise _missing(kind)
    return Message("", _TEXTS[kind](kind, part), raw)


def _content(kind: str, part: dict[str, Any]) -> str:
    content = part.get("content")
    if content is None:
        raise _missing(f"{kind}.content")
    if not isinstance(content, str):
        raise RefusedError(40058, f"{kind}.content is not a string. invalid Request Parameter")
    if not content.strip():
        raise RefusedError(44004, "empty content")
    limit = CONTENT_LIMITS[kind]
    if len(content.encode()) > limit:
        raise RefusedError(
            40058, f"{kind}.content exceed max length {limit}. invalid Request Parameter"
        )
    return content


def _articles(kind: str, part: dict[str, Any]) -> str:
    articles = part.get("articles")
    if not isinstance(articles, list) or not articles:
        raise _missing(f"{kind}.articles")
    if len(articles) > _MOST_ARTICLES:
        raise RefusedError(45008, "article count out of limit")
    lines = []
    for article in articles:
        title, url = _required(article, "title"), _required(article, "url")
        lines.append(f"[{title}]({_web_address(url)})")
    return "\n".join(lines)


def _card(kind: str, part: dict[str, Any]) -> str:
    if part.get("card_type") not in _CARD_TYPES:
        raise RefusedError(40058, f"{kind}.card_type invalid. invalid Request Parameter")
    if not isinstance(part.get("card_action"), dict):
        raise _missing(f"{kind}.card_action")
    heading = part.get("main_title")
    title = heading.get("title") if isinstance(heading, dict) else ""
    texts = [text for text in (title, part.get("sub_title_text")) if isinstance(text, str) and text]
    if not texts:
        raise _missing(f"{kind}.main_title.title")
    return "\n".join(texts)


def _by_field(*names: str) -> Callable[[str, dict[str, Any]], str]:
    def text(kind: str, part: dict[str, Any]) -> str:
        for name in names:
            _required(part, name)
        return f"[{kind}]"

    return text


def _required(part: object, name: str) -> str:
    value = part.get(name) if isinstance(part, dict) else None
    if not isinstance(value, str) or not value:
        raise _missing(name)
    return value


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise RefusedError(45034, "url missing http:// or https://")
    return url


def _missing(what: str) -> RefusedError:
    return RefusedError(40058, f"{what} is missing. invalid Request Parameter")


_TEXTS: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "text": _content,
    "markdown": _content,
    "markdown_v2": _content,
    "news": _articles,
    "template_card": _card,
    "image": _by_field("base64", "md5"),
    "file": _by_field("media_id"),
    "voice": _by_field("media_id"),
}
