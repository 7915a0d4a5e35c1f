"""Records what the threads and tasks of an unmodified program do, as the events of a trace.

For each thread and task, the trace says when it ran, when it was ready but did not run, and when it
waited, and for what. Most modules install hooks into the standard library, which pass what they see
to a `recorder.Recorder`: `tasks` for asyncio, `pools` for thread pools, `failures` for exceptions
and `states` for the collections that a program names in its header. On CPython, `native` installs
hooks for threads and processes as well, and `files` writes the trace. In the browser, the scheduler
of the `browser_runtime` package reports what threads do.

runtime/timeline/model/trace_events.ts describes the types of events.
"""
