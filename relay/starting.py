"""What makes a cold start shorter; `handler` imports this first and calls `done` after the rest.

The CA bundle is read on a thread meanwhile (`relay.tls`). The garbage collector rests, and then
leaves alone what there is: modules stay, and looking through them takes a tenth of the time.
"""

import gc

import relay.tls  # noqa: F401 - it begins to read

_COLLECTS = gc.isenabled()
gc.disable()


def done() -> None:
    """Let the garbage collector work again, if it did before, on what comes from now on."""
    gc.freeze()
    if _COLLECTS:
        gc.enable()
