"""Checks of the claims in the set of notes S003, on concurrency and async in web applications.

The number of a function is the number of its claim: `claim_5` checks S003.5. The comment above
the function is the question that the function answers. The expected answer and the statement itself
are in `docs/reference/claims.toml`. Claims that have no function here repeat an earlier claim, or
rest on their sources alone.
"""

import ast
import asyncio
import http.server
import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Coroutine, MutableMapping
from pathlib import Path
from typing import Any

import fastapi
import flask
import pytest
import starlette.applications
import uvicorn

from tests.guide.claims import lab


# Do two clients that talk to one server over sockets overlap in a single thread?
def claim_5() -> str:
    async def main() -> int:
        talks = lab.Stopwatch()
        both_there = asyncio.Barrier(2)

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            writer.close()
            await writer.wait_closed()

        async def talk(port: int) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with talks():
                await both_there.wait()
                writer.write(b"hello\n")
                assert await reader.readline() == b"hello\n"
            writer.close()
            await writer.wait_closed()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await asyncio.gather(talk(port), talk(port))
        return talks.most

    return lab.yes_no(asyncio.run(main()) == 2)


# Does `loop.connect_read_pipe`, the method with which an event loop reads from a pipe, accept a
# regular file?
def claim_6() -> str:
    async def main() -> str:
        with tempfile.TemporaryFile() as file:
            loop = asyncio.get_running_loop()
            try:
                await loop.connect_read_pipe(asyncio.Protocol, file)
            except ValueError:
                return "no"
            return "yes"

    return asyncio.run(main())


# Do other tasks run while a coroutine makes a query with `sqlite3`?
def claim_7() -> str:
    async def main() -> str:
        ran: list[str] = []

        async def other() -> None:
            ran.append("other")

        task = asyncio.create_task(other())
        database = sqlite3.connect(":memory:")
        database.create_function("wait", 1, time.sleep)
        database.execute("SELECT wait(0.02)").fetchall()
        database.close()
        answer = lab.yes_no(ran)
        await task
        return answer

    return asyncio.run(main())


# A task ends while nothing is waiting for it. Is its result still there later?
def claim_10() -> str:
    async def main() -> str:
        task = asyncio.create_task(asyncio.sleep(0, "ready"))
        await asyncio.sleep(0.01)
        return lab.yes_no(task.done() and await task == "ready")

    return asyncio.run(main())


# A timer of 1 ms ends during another task's step of 100 ms. Does the task that waited for the timer
# resume within 50 ms?
def claim_11() -> str:
    async def main() -> str:
        async def computes() -> None:
            time.sleep(0.1)  # noqa: ASYNC251 - stands for computing

        step = asyncio.create_task(computes())
        waited = await lab.timed(asyncio.sleep(0.001))
        await step
        return lab.yes_no(waited < 0.05)

    return asyncio.run(main())


def compiles(source: str, flags: int = 0) -> bool:
    try:
        compile(source, "cell", "exec", flags)
    except SyntaxError:
        return False
    return True


# Does Python compile `await` inside a plain `def`?
def claim_12() -> str:
    return lab.yes_no(compiles("def read():\n    await some_library()"))


# Can Python compile `await` outside a function if the special flag is set?
def claim_13() -> str:
    assert not compiles("await some_library()")
    return lab.yes_no(compiles("await some_library()", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))


async def get(app: Any, path: str = "/") -> int:
    """Send a request to an ASGI application, as a server does, and return the status."""
    status = 0

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    return status


# At most, how many `def` endpoints of FastAPI can run at the same time?
def claim_14() -> str:
    calls = lab.Stopwatch()
    app = fastapi.FastAPI()
    number, forty_are_there = itertools.count(1), threading.Event()

    @app.get("/")
    def endpoint() -> None:
        with calls():
            # Wait until forty calls run, because a busy machine needs a while to start the threads.
            if next(number) == 40:
                forty_are_there.set()
            forty_are_there.wait(30)
            # If there were no limit, further calls would begin during this sleep.
            time.sleep(0.3)

    async def main() -> None:
        statuses = await asyncio.gather(*(get(app) for _ in range(60)))
        assert set(statuses) == {200}

    asyncio.run(main())
    return str(calls.most)


async def ends_of_two_jobs() -> tuple[float, float]:
    """Return when a job of 1 s and a job of 2 s end if they start together."""

    async def job(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return lab.now()

    async with asyncio.TaskGroup() as group:
        a, b = group.create_task(job(1)), group.create_task(job(2))
    return a.result(), b.result()


# A task that takes 1 s and a task that takes 2 s start at the same time. Do they end at the same
# time?
def claim_15() -> str:
    a, b = lab.virtual(ends_of_two_jobs())
    return lab.yes_no(a == b)


# Task A waits 1 s and task B waits 2 s, and both start at the same time. When are both complete?
def claim_16() -> str:
    return lab.shown(max(lab.virtual(ends_of_two_jobs())))


# Can two threads of one process be inside `zlib.compress` at the same instant?
def claim_17() -> str:
    data = os.urandom(16_000_000)
    inside = lab.Stopwatch()

    def compress() -> None:
        with inside():
            zlib.compress(data)

    with lab.no_forced_switches():
        threads = [threading.Thread(target=compress) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return lab.yes_no(inside.most == 2)


# Three waits of 0.1 s overlap. How long are they if you add them up, and after how long are all
# three over?
def claim_18() -> str:
    async def main() -> str:
        waits: list[float] = []

        async def wait() -> None:
            waits.append(await lab.timed(asyncio.sleep(0.1)))

        elapsed = await lab.timed(asyncio.gather(wait(), wait(), wait()))
        return f"{sum(waits):.1f} s and {elapsed:.1f} s"

    return lab.virtual(main())


# One client has sent half of its request. Is a second client answered by a server with one thread,
# and by a server with a thread for each connection?
def claim_19() -> str:
    return lab.yes_no(
        serves_beside_a_slow_client(http.server.HTTPServer),
        serves_beside_a_slow_client(http.server.ThreadingHTTPServer),
    )


def serves_beside_a_slow_client(kind: type[http.server.HTTPServer]) -> bool:
    class Hello(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with kind(("127.0.0.1", 0), Hello) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = ("127.0.0.1", server.server_port)
        with socket.create_connection(address) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: ")
            time.sleep(0.1)  # until the server is reading this request, which is incomplete
            with socket.create_connection(address, timeout=1) as quick:
                quick.sendall(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
                try:
                    answered = quick.recv(12) == b"HTTP/1.0 200"
                except TimeoutError:
                    answered = False
            slow.sendall(b"shop\r\n\r\n")
        server.shutdown()
        thread.join()
    return answered


# How long does light in glass take to travel 1,000 km and back?
def claim_20() -> str:
    metres, light, index_of_glass = 2 * 1_000_000, 299_792_458, 1.468
    return f"{metres / (light / index_of_glass) * 1000:.0f} ms"


class AsyncFlask(flask.Flask):
    """Runs ``async def`` views without asgiref, by overriding the method that Flask documents."""

    def async_to_sync(self, func: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        return lambda *args, **kwargs: asyncio.run(func(*args, **kwargs))


# Can two waits overlap inside an `async def` view in Flask?
def claim_21() -> str:
    app = AsyncFlask("shop")
    waits = lab.Stopwatch()

    @app.get("/")
    async def prices() -> str:
        async def ask() -> None:
            with waits():
                await asyncio.sleep(0.02)

        await asyncio.gather(ask(), ask())
        return "prices"

    answer = app.test_client().get("/")
    return lab.yes_no(answer.text == "prices" and waits.most == 2)


# Is a FastAPI application also an application of another framework, Starlette?
def claim_23() -> str:
    return lab.yes_no(isinstance(fastapi.FastAPI(), starlette.applications.Starlette))


# Can Node.js run JavaScript in a second thread?
def claim_25() -> str:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        pytest.skip("no Node.js here")
    program = """
const { Worker, threadId } = require("node:worker_threads");
const inside = "const w = require('node:worker_threads'); w.parentPort.postMessage(w.threadId)";
new Worker(inside, { eval: true }).on("message", (id) => console.log(id !== threadId));
"""
    done = subprocess.run([node, "-e", program], capture_output=True, text=True, timeout=60)
    return lab.yes_no(done.stdout.strip() == "true")


# In how many processes does Uvicorn run an application by default?
def claim_28() -> str:
    os.environ.pop("WEB_CONCURRENCY", None)
    return str(uvicorn.Config("shop:app").workers)


# How long do a thousand waits of 1 ms take one after another, and how long if they overlap?
def claim_31() -> str:
    async def one_after_another() -> None:
        for _ in range(1000):
            await asyncio.sleep(0.001)

    async def main() -> str:
        apart = await lab.timed(one_after_another())
        together = await lab.timed(asyncio.gather(*(asyncio.sleep(0.001) for _ in range(1000))))
        return f"{apart:.3f} s and {together:.3f} s"

    return lab.virtual(main())
