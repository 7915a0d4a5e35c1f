"""Tells what the threads and tasks of an unmodified program do: run, wait (for what), be ready.

`Recorder` takes down what happens, as the rows of runtime/timeline/model/rows.ts; `tasks` watches
asyncio. What watches threads depends on the interpreter: `native` on CPython, the runtime's own
scheduler in the browser.
"""
