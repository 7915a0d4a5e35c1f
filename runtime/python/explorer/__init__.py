"""Runs a small program again and again, each time in another order of its threads and tasks.

Everything that decides who goes on is replaced for that time: locks, threads, sleeping and clocks
under CPython's own `threading`, `queue` and `concurrent.futures`, and the event loop under
`asyncio`. So a run depends on nothing but the choices that were made, and the same choices give the
same run. Time is virtual: waiting costs nothing.

`search.explore` tries schedules, `program.Program.run` runs one; `python -m explorer` does both.
"""
