"""Systematic concurrency testing: runs a small program under many thread and task interleavings.

During an exploration, everything that decides which thread or task runs next is replaced: the
locks, threads, sleeping and clocks on which CPython's own `threading`, `queue` and
`concurrent.futures` are built, and the event loop of `asyncio`. A run therefore depends only on the
choices that the explorer makes, and the same choices reproduce the same run. Time is virtual, so
waiting takes no time.

`search.explore` runs many schedules and `program.Program.run` runs a single one. On the command
line, `python -m explorer` explores a program and prints the result.
"""
