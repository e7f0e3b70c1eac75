"""`make bench`: every budget in one run, beside what people use instead; never timed tests.

`workbench.benchmarks.figures` lists the budgets, `docs/benchmarks.md` is what a run found.
"""
