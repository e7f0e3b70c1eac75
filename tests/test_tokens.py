"""Tokens of applications: fetched once, kept while valid, never a failure, never shown."""

import threading
from collections.abc import Callable

import pytest
from relays import Clock

from relay.delivery import Post
from relay.errors import Misconfigured, Unreachable
from relay.tokens import MARGIN_S, MOST, Tokens, key_of
from relay.words import Phrase


class Vendor:
    """Gives out ``token-1``, ``token-2`` …, each valid for *lifetime_s*."""

    def __init__(self, lifetime_s: float = 7200.0) -> None:
        self.lifetime_s = lifetime_s
        self.asked = 0

    def __call__(self) -> tuple[str, float]:
        self.asked += 1
        return f"token-{self.asked}", self.lifetime_s


def refusing() -> tuple[str, float]:
    raise Misconfigured("E510", Phrase("密钥不对", "wrong secret"))


@pytest.mark.parametrize(
    ("lifetime_s", "later_s", "token"),
    [
        pytest.param(7200, 0, "token-1", id="at-once"),
        pytest.param(7200, 7200 - MARGIN_S - 1, "token-1", id="just-inside"),
        pytest.param(7200, 7200 - MARGIN_S, "token-2", id="inside-the-margin"),
        pytest.param(7200, 8000, "token-2", id="over"),
        pytest.param(MARGIN_S, MARGIN_S / 2 - 1, "token-1", id="short-inside-its-half"),
        pytest.param(MARGIN_S, MARGIN_S / 2, "token-2", id="short-over-its-half"),
        pytest.param(0, 0, "token-2", id="no-lifetime"),
    ],
)
def test_token_is_kept_for_its_lifetime_less_a_margin(
    lifetime_s: float, later_s: float, token: str
) -> None:
    """Kept for the lifetime less five minutes, of a short lifetime for half of it."""
    clock, vendor = Clock(), Vendor(lifetime_s)
    tokens = Tokens(clock)
    tokens.get("app", vendor, 1.0)
    clock.now += later_s

    assert token == tokens.get("app", vendor, 1.0)


def test_lifetime_counts_from_before_the_fetch() -> None:
    """A slow fetch does not lengthen the life of its token."""
    clock = Clock()
    tokens = Tokens(clock)

    def slow() -> tuple[str, float]:
        clock.now += 60
        return "token-0", 2 * 60

    tokens.get("app", slow, 1.0)

    assert "token-1" == tokens.get("app", Vendor(), 1.0)


def test_applications_have_their_own_tokens() -> None:
    """A token is never used for another application."""
    tokens, vendor = Tokens(Clock()), Vendor()

    assert ["token-1", "token-2", "token-1"] == [
        tokens.get(key, vendor, 1.0) for key in ("one", "two", "one")
    ]


def test_failure_is_not_remembered() -> None:
    """What a fetch raises reaches the caller; the next caller fetches again."""
    tokens, vendor = Tokens(Clock()), Vendor()
    with pytest.raises(Misconfigured):
        tokens.get("app", refusing, 1.0)

    assert "token-1" == tokens.get("app", vendor, 1.0)


def test_failure_lets_the_next_one_try() -> None:
    """After a failed fetch another is made even by a caller who may not wait; its token serves."""
    tokens, vendor = Tokens(Clock()), Vendor()
    for fetch in (refusing, vendor, refusing):
        caught = _got(tokens, fetch)

    assert ("token-1", 1) == (caught, vendor.asked)


def _got(tokens: Tokens, fetch: Callable[[], tuple[str, float]]) -> str:
    try:
        return tokens.get("app", fetch, 0.0)
    except Misconfigured:
        return ""


def test_stampede_is_one_fetch() -> None:
    """Eight threads that need a token at the same moment cause one fetch and share its token."""
    tokens, vendor = Tokens(Clock()), Vendor()
    start, gate = threading.Barrier(8), threading.Event()
    found: list[str] = []

    def slow() -> tuple[str, float]:
        gate.wait(2)
        return vendor()

    def run() -> None:
        if start.wait() == 0:
            gate.set()
        found.append(tokens.get("app", slow, 2.0))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)

    assert (["token-1"] * 8, 1) == (found, vendor.asked)


def test_waiting_for_another_fetch_is_bounded() -> None:
    """A thread waits for another's fetch no longer than it may, and says that nothing was sent."""
    tokens, began, gate = Tokens(Clock()), threading.Event(), threading.Event()

    def hanging() -> tuple[str, float]:
        began.set()
        gate.wait(5)
        return "token-0", 7200.0

    thread = threading.Thread(target=tokens.get, args=("app", hanging, 1.0))
    thread.start()
    began.wait(2)
    with pytest.raises(Unreachable) as caught:
        tokens.get("app", Vendor(), 0.01)
    other = tokens.get("other", Vendor(), 0.01)
    gate.set()
    thread.join(5)

    assert ("E538", False) == (caught.value.code, caught.value.ambiguous)
    assert "token-1" == other


def test_refused_token_is_dropped() -> None:
    """After `drop` the next caller gets a new token."""
    tokens, vendor = Tokens(Clock()), Vendor()
    tokens.drop("app", tokens.get("app", vendor, 1.0))

    assert "token-2" == tokens.get("app", vendor, 1.0)


def test_late_drop_spares_the_new_token() -> None:
    """A thread that was refused with the old token does not drop the one fetched meanwhile."""
    tokens, vendor = Tokens(Clock()), Vendor()
    old = tokens.get("app", vendor, 1.0)
    tokens.drop("app", old)
    tokens.get("app", vendor, 1.0)
    tokens.drop("app", old)

    assert ("token-2", 2) == (tokens.get("app", vendor, 1.0), vendor.asked)


def test_number_of_applications_is_bounded() -> None:
    """With more applications than are kept, the first is forgotten and the last is not."""
    tokens, vendor = Tokens(Clock()), Vendor()
    for number in range(MOST + 1):
        tokens.get(f"app-{number}", vendor, 1.0)
    asked = vendor.asked
    tokens.get(f"app-{MOST}", vendor, 1.0)
    kept = vendor.asked - asked
    tokens.get("app-0", vendor, 1.0)

    assert (0, asked + 1) == (kept, vendor.asked)
    assert f"Tokens({MOST})" == repr(tokens)


def request(url: str = "https://h/gettoken", **params: str) -> Post:
    return Post(url, params, b"", "GET")


def test_key_is_the_same_for_the_same_request() -> None:
    """The order of parameters does not matter."""
    one = request(corpid="ww1", corpsecret="LEAKMARK")
    other = request(corpsecret="LEAKMARK", corpid="ww1")

    assert key_of(one) == key_of(other)
    assert "LEAKMARK" not in key_of(one) + repr(one)


@pytest.mark.parametrize(
    "other",
    [
        request(corpid="ww1", corpsecret="other"),
        request(corpid="ww2", corpsecret="s"),
        request("https://private/gettoken", corpid="ww1", corpsecret="s"),
        request(corpid='ww1"], ["corpsecret', corpsecret="s"),
    ],
    ids=["secret", "corp", "base", "quotes"],
)
def test_key_differs_with_the_credential(other: Post) -> None:
    """Another secret, corp id or address is another key."""
    assert key_of(other) != key_of(request(corpid="ww1", corpsecret="s"))
