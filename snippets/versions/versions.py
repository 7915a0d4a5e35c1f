# /// script
# [tool.runnable]
# varies = ['Python (3\.\d+)', 'here: (yes|no)', 'expected: (nothing|InterpreterPoolExecutor)']
# ///
import asyncio
import queue
import sys
import threading
from concurrent import futures
from inspect import signature

# Each feature, the first version that has it, and whether this interpreter has it.
FEATURES = [
    ("asyncio.TaskGroup", (3, 11), hasattr(asyncio, "TaskGroup")),
    ("asyncio.timeout", (3, 11), hasattr(asyncio, "timeout")),
    ("asyncio.eager_task_factory", (3, 12), hasattr(asyncio, "eager_task_factory")),
    ("asyncio.Queue.shutdown", (3, 13), hasattr(asyncio.Queue, "shutdown")),
    ("queue.Queue.shutdown", (3, 13), hasattr(queue.Queue, "shutdown")),
    ("sys._is_gil_enabled", (3, 13), hasattr(sys, "_is_gil_enabled")),
    ("InterpreterPoolExecutor", (3, 14), hasattr(futures, "InterpreterPoolExecutor")),
    (
        "Executor.map buffersize",
        (3, 14),
        "buffersize" in signature(futures.Executor.map).parameters,
    ),
    ("Thread context", (3, 14), "context" in signature(threading.Thread).parameters),
    ("asyncio.TaskGroup.cancel", (3, 15), hasattr(asyncio.TaskGroup, "cancel")),
]

this = sys.version_info[:2]
print(f"This is Python {this[0]}.{this[1]}.")
for name, since, here in FEATURES:
    print(f"{name:28} since {since[0]}.{since[1]}, here: {'yes' if here else 'no'}")

surprises = [name for name, since, here in FEATURES if here != (this >= since)]
print("Not as expected:", ", ".join(surprises) or "nothing")
