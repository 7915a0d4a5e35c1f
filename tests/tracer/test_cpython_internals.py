"""Tests that the private names on which the tracer depends exist in this version of Python."""

import asyncio
import importlib
import inspect
import sys
import threading
from operator import attrgetter
from types import CodeType
from typing import Any

import pytest
from runnable_tracer import cpython_internals, reasons, required_names, tasks

# Coroutines of asyncio that only some versions of Python have, and whether this version has them.
EXISTS_HERE = {
    "TaskGroup._aexit": sys.version_info >= (3, 14),
    "_AsCompletedIterator._wait_for_one": sys.version_info >= (3, 13),
    "as_completed.<locals>._wait_for_one": sys.version_info < (3, 13),
}


def test_a_missing_name_is_reported_with_the_version_of_python() -> None:
    version = sys.version.partition(" ")[0]
    message = f"Python {version} has no threading.Thread._gone, on which the runtime depends."
    with pytest.raises(ImportError, match=message):
        required_names.require(threading, "Thread._bootstrap_inner", "Thread._gone")


def test_a_missing_attribute_of_instances_is_reported() -> None:
    required_names.require_instance_attributes(threading.Thread.__init__, "_target")
    with pytest.raises(ImportError, match=r"has no Thread\._gone,"):
        required_names.require_instance_attributes(threading.Thread.__init__, "_gone")


@pytest.mark.parametrize("name", sorted(cpython_internals._NAMES_OF_MODULES))
def test_modules_of_the_standard_library_have_the_required_names(name: str) -> None:
    cpython_internals.require_module(importlib.import_module(name))


@pytest.mark.parametrize(
    ("module", "function"),
    [
        (module, function)
        for module, functions in sorted(reasons._CALLS.items())
        for function in sorted(functions)
        if "<locals>" not in function
    ],
)
def test_functions_by_which_the_tracer_finds_reasons_exist(module: str, function: str) -> None:
    found: Any = attrgetter(function)(importlib.import_module(module))
    assert inspect.unwrap(found).__code__.co_qualname == function


def test_coroutines_by_which_the_tracer_finds_reasons_exist() -> None:
    existing: set[str] = set()
    modules = [module for name, module in sys.modules.items() if name.startswith("asyncio.")]
    codes: list[Any] = [_code_of(module) for module in modules]
    # The code of a module contains the code of its classes and functions, at any depth.
    while codes:
        code = codes.pop()
        existing.add(code.co_qualname)
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    expected = {name for name in reasons.TASKS if EXISTS_HERE.get(name, True)}
    assert expected <= existing


def _code_of(module: Any) -> CodeType:
    code: CodeType = module.__spec__.loader.get_code(module.__name__)
    return code


def test_the_callbacks_that_run_a_task_are_recognised() -> None:
    """The tracer recognises these callbacks by the names of a class and a method written in C."""
    handles: list[Any] = []

    async def main() -> None:
        loop: Any = asyncio.get_running_loop()
        future = loop.create_future()
        task = asyncio.create_task(wait(future))
        handles.extend(loop._ready)
        await asyncio.sleep(0)
        # The first step of the task, and the step after its wait.
        assert tasks.task_of(handles[-1]._callback) is task
        future.set_result(None)
        assert tasks.task_of(loop._ready[-1]._callback) is task
        # Another method of the task, which runs no step.
        loop.call_soon(task.cancel)
        assert tasks.task_of(loop._ready[-1]._callback) is None
        await asyncio.wait([task])

    async def wait(future: asyncio.Future[None]) -> None:
        await future

    asyncio.run(main())
