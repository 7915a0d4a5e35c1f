"""The jobs of the measured pages, and four ways to run several pieces of a job.

Worker processes import this module, so everything that they need is at its top level.
"""

import asyncio
import multiprocessing
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection

ANSWER_AFTER = 0.1
"""Seconds until the server responds."""

# The default start method differs by platform; "spawn" works everywhere.
SPAWN = multiprocessing.get_context("spawn")


def fetch(port: int) -> int:
    """Send a request to the slow server on this machine; return the bytes of its response."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        return len(connection.recv(100))


async def fetch_async(port: int) -> int:
    """Do the same as `fetch`, with asyncio's streams."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await reader.read(100)
    writer.close()
    await writer.wait_closed()
    return len(answer)


def count_primes(limit: int) -> int:
    """Count the primes below `limit`, slowly, in Python alone."""
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(2, limit))


def echo[A](what: A) -> A:
    """Return the argument: the cheapest job, so only the time for sending is measured."""
    return what


async def count_primes_async(limit: int) -> int:
    """Call `count_primes`; that the function is async changes nothing else."""
    return count_primes(limit)


def one_by_one[A, R](job: Callable[[A], R], pieces: Sequence[A]) -> list[R]:
    """Run the pieces one after another."""
    return [job(piece) for piece in pieces]


def in_pool[A, R](pool: Executor, job: Callable[[A], R], pieces: Sequence[A]) -> list[R]:
    """Run the pieces in the threads or processes of a pool."""
    return list(pool.map(job, pieces))


def processes(workers: int) -> ProcessPoolExecutor:
    """Return a pool of processes, which start when they get their first piece."""
    return ProcessPoolExecutor(workers, mp_context=SPAWN)


async def in_tasks[A, R](
    job: Callable[[A], Coroutine[None, None, R]], pieces: Sequence[A]
) -> list[R]:
    """Run the pieces as tasks of the running event loop."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(job(piece)) for piece in pieces]
    return [task.result() for task in tasks]


async def _answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(ANSWER_AFTER)
    writer.write(b"71 degrees")
    await writer.drain()
    writer.close()


async def _serve(ready: Connection) -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    ready.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _run_server(ready: Connection) -> None:
    asyncio.run(_serve(ready))


@contextmanager
def slow_server() -> Iterator[int]:
    """Run a server that responds after `ANSWER_AFTER` in another process; yield its port."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=_run_server, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()
