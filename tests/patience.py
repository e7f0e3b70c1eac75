"""What makes the tests indifferent to a machine that is busy, or stands still for a second."""

import gc

import pytest

LONG_S = 30.0
BUSY_S = 5.0  # what a busy machine may add to a time that is measured


def be_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for SQS, DynamoDB and SCF: that the machine is busy is no fault of theirs."""
    from relay.queues.scf import ScfQueue
    from relay.stores.asking import Asking

    assert Asking.__init__.__kwdefaults__
    assert ScfQueue.put.__kwdefaults__
    monkeypatch.setitem(Asking.__init__.__kwdefaults__, "bound_s", LONG_S)
    monkeypatch.setitem(ScfQueue.put.__kwdefaults__, "within_s", LONG_S)
    monkeypatch.setattr("relay.stores.asking.SLOW_S", LONG_S)
    monkeypatch.setattr("relay.stores.client.CONNECT_S", LONG_S)
    monkeypatch.setattr("relay.stores.client.READ_S", LONG_S)
    monkeypatch.setattr("relay.warm._QUEUE_S", LONG_S)


def collect_once() -> None:
    """Let the garbage collector leave alone what lives until the end: every test, every module.

    To go through it takes a quarter of a second and more, in the middle of whatever is measured.
    """
    gc.collect()
    gc.freeze()
