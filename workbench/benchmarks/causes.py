"""Why a budget is not met, where that is known; found with a profiler, written by hand.

Numbers are those of the run of 2026-11-21.
"""

from collections.abc import Mapping

_OURS = (
    "plain `requests` alone takes nearly all of the budget. Ours adds half of that again, for what"
    " plain `requests` does not do: converting the event 0.1 ms, words and markup 0.2, a thread"
    " that can be left behind 0.08, the log 0.03, and claims, pace, routing and the answer"
)
_REQUESTS = (
    "importing `requests` and a TLS handshake are nearly all of it: plain `requests` alone is at"
    " 0.64 of the Flask relay, ours 6 ms above it. `urllib3` without `requests` would take 18 ms"
    " less, but the packages are set"
)
CAUSES: Mapping[str, str] = {
    "cold": _REQUESTS,
    "peak": "`requests` with TLS has 29 to 30 MiB of it",
    "first": (
        "ten TLS handshakes at once share one interpreter lock and two cores; the floor, written"
        " by hand, is over the budget as well"
    ),
    "warm": _OURS,
    "cpu_1": _OURS,
    "cpu_10": "ten posts by plain `requests` alone need more than the budget",
    "rate": _OURS,
    "ignored": (
        "the event is converted before a route can leave it out (0.1 ms), and the log says why"
    ),
    "far": "half a millisecond more than plain `requests`, see above; RTT is 31 ms here",
    "mixed": (
        "Python's own allocations do not grow. The C allocator's four or five arenas, one for each"
        " thread at work, have their size after some 6 000 events and swing by 0.2 MiB; with a"
        " single arena (`MALLOC_ARENA_MAX=1`) nothing grows after 6 000"
    ),
    "loading": (
        "PyYAML's C loader alone takes more than half of it; the budget comes from a machine on"
        " which it took 3.7 ms"
    ),
    "routing_all": "100 routes that all send, each with somebody to mention; on the line",
    "bundle": (
        "Python 3.13's byte code is larger than that of older ones; without the sources, which"
        " tracebacks show, it would be 1.8"
    ),
}
