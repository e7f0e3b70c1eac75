"""What a caller is told about a request that is not acceptable."""

from collections.abc import Callable

import pytest

from adapters.decode import decode
from relay import clouds
from relay.answers import compact_json
from relay.errors import RequestError, Unauthorized

MOST_BYTES = 200  # of the whole answer


def unauthorized() -> None:
    raise Unauthorized(log="X-Gitlab-Token is missing", wrong_clock=True)


def call(body: object, *, encoded: bool = False) -> Callable[[], object]:
    event = {"httpMethod": "POST", "path": "/", "body": body, "isBase64Encoded": encoded}
    return lambda: clouds.read_request(event, None)


CAUSES: dict[str, tuple[Callable[[], object], str, str]] = {
    "no-http": (lambda: clouds.read_request({}, None), "E301", "HTTP"),
    "encoded-object": (call({"a": 1}, encoded=True), "E301", "isBase64Encoded"),
    "not-base64": (call("%", encoded=True), "E301", "base64"),
    "not-json": (call({1, 2}), "E301", "JSON"),
    "too-large": (call("x" * (clouds.MAX_BODY_BYTES + 1)), "E306", "6 MiB"),
    "not-utf-8": (lambda: decode(b"\xff", ""), "E301", "UTF-8"),
    "empty": (lambda: decode(b" ", ""), "E301", "JSON"),
    "broken": (lambda: decode(b"{", ""), "E301", "JSON"),
    "list": (lambda: decode(b"[]", ""), "E301", "JSON"),
    "form": (lambda: decode(b"hook=%7B%7D", ""), "E307", "JSON"),
    "secret": (unauthorized, "E302", ""),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_g4_every_refusal_is_told_in_both_languages_and_in_short(cause: str) -> None:
    """An answer of at most 200 bytes in each language, with the word of the matter in both."""
    refused, code, word = CAUSES[cause]
    with pytest.raises(RequestError) as caught:
        refused()
    error = caught.value
    fix = error.fix
    answers = [
        compact_json({"ok": False, "reason": error.why, "code": error.code, "fix": text})
        for text in (fix.zh, fix.en)
    ]

    assert error.code == code
    assert word in fix.zh
    assert word in fix.en
    assert any("\u4e00" <= letter <= "\u9fff" for letter in fix.zh)
    assert fix.en.isascii()
    assert max(map(len, answers)) <= MOST_BYTES


def test_b1_one_wording_for_every_cause_in_each_language() -> None:
    """What the operator's log says of a wrong secret changes nothing of what the caller reads."""
    wordings = {Unauthorized().fix, Unauthorized(log="missing").fix, Unauthorized(log="late").fix}

    assert wordings == {("密钥或签名不匹配", "the secret or signature does not match", "")}
