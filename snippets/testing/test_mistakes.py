# /// script
# dependencies = ["anyio", "pytest", "pytest-timeout"]
# [tool.runnable]
# native = "pytest is not among the libraries that this guide offers in the browser."
# timeline = false
# timeout = 30
# ///
import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def save() -> None:
    raise OSError("disk full")


def save_in_thread() -> None:
    raise OSError("disk full")


# region tests
@asynccontextmanager
async def no_tasks_left() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before
    assert not left, f"still running: {', '.join(task.get_name() for task in left)}"


async def test_forgotten_await() -> None:
    save()


async def test_failure_in_a_thread() -> None:
    thread = Thread(target=save_in_thread)
    thread.start()
    thread.join()


async def test_failure_in_a_task() -> None:
    asyncio.create_task(save())
    await asyncio.sleep(0)


@no_tasks_left()
async def test_forgotten_task() -> None:
    asyncio.create_task(asyncio.sleep(60), name="refresh")


async def test_hangs() -> None:
    await asyncio.Event().wait()


# endregion

if __name__ == "__main__":
    # As in a terminal of this width: under CI, pytest does not shorten what it prints.
    os.environ["COLUMNS"] = "110"
    os.environ.pop("CI", None)
    settings = ["--anyio-mode=auto", "-W", "error", "--timeout=1"]
    output = ["-q", "--tb=no", "-rf", "-p", "no:cacheprovider"]
    pytest.main([__file__, *settings, *output])
