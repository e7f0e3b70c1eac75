"""Who sends a delivery, and which are sent."""

import pytest

from relay.claims import (
    KEPT_S,
    SAME_BODY_S,
    Claims,
    forget_body,
    is_settled,
    refuse_same_body,
)
from relay.errors import Ignored
from relay.reasons import reason
from relay.stores.memory import MemoryStore

NOW = 1_795_170_600.0
LEASE_S = 9.0
ID = "gl-0123456789ab.dev"
SENT, BUSY = reason("R28"), reason("R28", "busy")


@pytest.fixture
def claims() -> Claims:
    return Claims(MemoryStore(), LEASE_S)


def test_first_one_has_it(claims: Claims) -> None:
    """The second is told that it is being sent, which is no promise."""
    assert [None, BUSY] == [claims.take(ID, NOW), claims.take(ID, NOW + 1)]
    assert not is_settled(BUSY)


def test_what_was_sent_is_known_for_a_day(claims: Claims) -> None:
    """Then an id may come again."""
    claims.take(ID, NOW)
    claims.settle(ID, NOW)
    found = [claims.take(ID, NOW + later) for later in (1, KEPT_S - 1, KEPT_S)]

    assert [SENT, SENT, None] == found
    assert is_settled(SENT)


def test_what_was_not_sent_is_free_again(claims: Claims) -> None:
    """Whoever sends the event again gets it."""
    claims.take(ID, NOW)
    claims.release(ID, NOW)

    assert claims.take(ID, NOW + 1) is None


def test_owner_who_dies_loses_it(claims: Claims) -> None:
    """E2: neither settled nor released, it is free at the end of the lease, and not before."""
    claims.take(ID, NOW)

    assert [BUSY, None] == [claims.take(ID, NOW + later) for later in (LEASE_S - 1, LEASE_S)]


def test_what_waits_is_held_for_longer(claims: Claims) -> None:
    """A delivery that waits for the robot's limit is being sent, though the call has ended."""
    claims.take(ID, NOW)
    claims.extend(ID, NOW + 100)

    assert [BUSY, None] == [claims.take(ID, NOW + later) for later in (99, 100)]


def test_deliveries_do_not_mix(claims: Claims) -> None:
    """One receiver's is not the other's."""
    claims.take("gl-1.dev", NOW)
    claims.settle("gl-1.dev", NOW)

    assert claims.take("gl-1.ops", NOW) is None


@pytest.mark.parametrize("later", [0.0, SAME_BODY_S - 0.1])
def test_same_body_under_another_id(later: float) -> None:
    """Two hooks report one event: the second report names the first one's id."""
    store = MemoryStore()
    refuse_same_body(store, "gitlab", b"{}", "gl-1", NOW)

    with pytest.raises(Ignored) as raised:
        refuse_same_body(store, "gitlab", b"{}", "gl-2", NOW + later)
    assert "R28" == raised.value.reason
    assert "the same body as delivery gl-1 a moment ago" == raised.value.detail.en
    assert "和刚才的投递 gl-1 内容完全相同" == raised.value.detail.zh


@pytest.mark.parametrize(
    ("source", "body", "event_id", "later"),
    [
        pytest.param("gitlab", b"{}", "gl-1", 0.0, id="same-delivery"),
        pytest.param("gitlab", b"{} ", "gl-2", 0.0, id="another-body"),
        pytest.param("other", b"{}", "gl-2", 0.0, id="another-source"),
        pytest.param("gitlab", b"{}", "gl-2", SAME_BODY_S, id="later"),
    ],
)
def test_what_is_not_the_same_body(source: str, body: bytes, event_id: str, later: float) -> None:
    """The delivery itself, sent again, is for the claims to judge."""
    store = MemoryStore()
    refuse_same_body(store, "gitlab", b"{}", "gl-1", NOW)

    refuse_same_body(store, source, body, event_id, NOW + later)
    again = "gl-1" if event_id == "gl-1" else "gl-2"
    refuse_same_body(store, source, body, again, NOW + later)
    with pytest.raises(Ignored):
        refuse_same_body(store, source, body, "gl-3", NOW + later)


def test_only_the_owner_releases() -> None:
    """A process whose attempt fails late leaves another's claim, and its note that it was sent."""
    store = MemoryStore()
    mine, other = (Claims(store, LEASE_S, owner) for owner in ("one", "two"))
    mine.take(ID, NOW)
    after = NOW + LEASE_S
    other.take(ID, after)
    mine.release(ID, after)
    claimed = mine.take(ID, after)
    other.settle(ID, after)
    mine.release(ID, after)

    assert (BUSY, SENT, True) == (claimed, mine.take(ID, after), mine.is_sent(ID, after))


def test_body_that_was_not_sent_is_forgotten() -> None:
    """The same words under another id are news then."""
    store = MemoryStore()
    refuse_same_body(store, "gitlab", b"{}", "gl-1", NOW)
    forget_body(store, "gitlab", b"{}")

    refuse_same_body(store, "gitlab", b"{}", "gl-2", NOW)
    with pytest.raises(Ignored) as raised:
        refuse_same_body(store, "gitlab", b"{}", "gl-3", NOW)
    assert "the same body as delivery gl-2 a moment ago" == raised.value.detail.en
