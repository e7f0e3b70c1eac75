"""A fresh process: import one alternative, answer one event, tell how long it took.

``python -m workbench.benchmarks.cold`` reads a `marshal` of the alternative's name, its set-up and
the call from standard input: `marshal` is built in, so nothing is imported before the clock starts
that the alternatives would import themselves.
"""

import marshal
import sys
import time


def main() -> None:
    name, setup, call = marshal.load(sys.stdin.buffer)  # noqa: S302 - the run itself writes it
    began = time.perf_counter()
    module = __import__(f"workbench.benchmarks.alternatives.{name}", fromlist=["build"])
    imported = time.perf_counter()
    from workbench.benchmarks.alternatives import Setup

    status = module.build(Setup(*setup))(call)
    ended = time.perf_counter()
    from workbench.benchmarks.process import peak_bytes

    sys.stdout.write(f"{status} {imported - began} {ended - imported} {peak_bytes()}\n")


if __name__ == "__main__":
    main()
