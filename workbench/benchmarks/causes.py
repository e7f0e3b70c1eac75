"""Why a budget is not met, where that is known; found with a profiler, written by hand.

Numbers are those of the run of 2026-11-21.
"""

from collections.abc import Mapping

_OURS = (
    "plain `requests` alone takes 1.0 to 1.3 ms here, most of the budget. Ours adds some 0.9 ms:"
    " converting the event 0.14, words and markup 0.3, thread and log lines 0.15, and claims,"
    " pace, routing and the answer"
)
_REQUESTS = (
    "importing `requests` and reading the CA bundle are most of it, and plain `requests` is at"
    " 0.66 of the Flask relay itself; only `urllib3` without `requests` would save more (some 20"
    " to 40 ms)"
)
CAUSES: Mapping[str, str] = {
    "cold": _REQUESTS,
    "peak": "0.1 MiB over; `requests` with TLS has 29 of it",
    "first": (
        "ten TLS handshakes at once share one interpreter lock and two cores; plain `requests`"
        " needs 249 ms for it"
    ),
    "warm": _OURS,
    "cpu_1": _OURS,
    "cpu_10": "ten times `requests`, which alone needs more than the budget",
    "rate": _OURS,
    "ignored": (
        "the event is converted before a route can leave it out (0.14 ms), and two log lines say"
        " why"
    ),
    "far": "the relay's own 1 ms more than plain `requests`, see above",
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
