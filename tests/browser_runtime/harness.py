"""Imports `browser_runtime` on CPython, with the fake kernel, and runs programs with it.

In the browser, the runtime changes the modules `_thread` and `threading` in place. Here they must
stay unchanged, because pytest uses them, too. So a program in these tests does not import them: it
gets a `Library`, with copies of the standard library's modules that are built on the runtime's
primitives.
"""

import ast
import builtins
import functools
import importlib.util
import sys
import time
import types
from asyncio import events
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser_runtime.fake_broker import FakeBroker
from tests.browser_runtime.fake_kernel import START_MS, FakeKernel, FakePage

PYTHON = Path(__file__).parents[2] / "runtime" / "python"

kernel = FakeKernel()
page = FakePage()
broker = FakeBroker(kernel)

# What `time.monotonic` shows, in seconds, when a program starts whose clock rate is 1. At other
# rates it is 0.
START = START_MS / 1000


def javascript_modules() -> dict[str, types.ModuleType]:
    """Return replacements for modules that `browser_runtime` imports and only browsers have."""
    pyodide, ffi = types.ModuleType("pyodide"), types.ModuleType("pyodide.ffi")
    code = types.ModuleType("pyodide.code")
    # Without JavaScript, values need no proxies and no conversion.
    vars(ffi).update(
        can_run_sync=kernel.can_run_sync,
        run_sync=kernel.run_sync,
        create_proxy=lambda value: value,
        to_js=lambda value: value,
        JsProxy=object,
    )
    vars(code)["run_js"] = lambda source: source
    return {
        "pyodide": pyodide,
        "pyodide.ffi": ffi,
        "pyodide.code": code,
        "browser_kernel": kernel,
        "browser_page": page,
        "browser_library": types.ModuleType("browser_library"),
        "browser_processes": broker,
    }


@contextmanager
def python_3_14_names() -> Iterator[None]:
    """Give a class of asyncio the name that it has in the browser, which has Python 3.14."""
    name_in_browser = "_BaseDefaultEventLoopPolicy"
    is_older = not hasattr(events, name_in_browser)
    if is_older:
        setattr(events, name_in_browser, events.BaseDefaultEventLoopPolicy)
    try:
        yield
    finally:
        if is_older:
            delattr(events, name_in_browser)


@contextmanager
def _as_in_the_browser() -> Iterator[None]:
    """Let imports find the modules of the browser, but only while the runtime is imported."""
    modules = javascript_modules()
    sys.modules.update(modules)
    # The folder comes last, because runtime/python/greenlet must not shadow the real package.
    sys.path.append(str(PYTHON))
    try:
        with python_3_14_names():
            yield
    finally:
        sys.path.remove(str(PYTHON))
        for name in modules:
            del sys.modules[name]


with _as_in_the_browser():
    from browser_runtime import (
        advice,
        facts,
        keyboard,
        missing,
        trace_hooks,
        tracing,
    )
    from browser_runtime import library as late_library
    from browser_runtime.network import descriptors
    from browser_runtime.primitives import (
        async_exceptions,
        databases,
        local,
        locks,
        queues,
        signals,
        threads,
    )
    from browser_runtime.processes import channels, semaphores
    from browser_runtime.regional import locales, time_zones
    from browser_runtime.run_options import RunOptions
    from browser_runtime.scheduling import (
        clocks,
        event_loop,
        scheduler,
        slices,
        stepping,
        virtual_time,
    )

__all__ = [
    "START",
    "START_MS",
    "Library",
    "RunOptions",
    "advice",
    "async_exceptions",
    "broker",
    "channels",
    "clock",
    "clocks",
    "databases",
    "descriptors",
    "event_loop",
    "facts",
    "kernel",
    "keyboard",
    "late_library",
    "local",
    "locales",
    "locks",
    "missing",
    "new_worker",
    "page",
    "python_3_14_names",
    "queues",
    "run",
    "scheduler",
    "semaphores",
    "signals",
    "slices",
    "stepping",
    "threads",
    "time_zones",
    "trace_hooks",
    "tracing",
    "virtual_time",
]


# Takes the place of the module `time`. It shows the time of the fake kernel.
clock = types.SimpleNamespace(
    sleep=locks.sleep,
    monotonic=lambda: kernel.monotonic_ns() / 1_000_000_000,
    monotonic_ns=kernel.monotonic_ns,
    perf_counter_ns=kernel.monotonic_ns,
    get_clock_info=time.get_clock_info,
)


class Library:
    """The modules of the standard library that a program in these tests uses."""

    def __init__(self) -> None:
        self.time: Any = clock
        thread = types.ModuleType("_thread")
        vars(thread).update(vars(importlib.import_module("_thread")))
        vars(thread).update(threads.replacements())
        queue_in_c = types.SimpleNamespace(
            **{**vars(importlib.import_module("_queue")), "SimpleQueue": queues.SimpleQueue}
        )
        # The modules that differ from those of pytest, by name; see `_import`. `os` has no
        # `register_at_fork`, with which each copy of `threading` would register functions in the
        # process of pytest, where they would stay.
        self._own: dict[str, Any] = {
            "_thread": thread,
            "_queue": queue_in_c,
            "time": self.time,
            "os": types.SimpleNamespace(process_cpu_count=lambda: 4, cpu_count=lambda: 4),
        }
        self.threading: Any = self._load("threading")
        self.queue: Any = self._load("queue")
        base = self._load("concurrent.futures._base")
        self._own["concurrent.futures"] = types.SimpleNamespace(_base=base)
        self.futures: Any = self._load("concurrent.futures.thread")
        # The exceptions that have ended threads; `run` raises the first of them.
        self.errors: list[BaseException] = []
        self.threading.excepthook = lambda args: self.errors.append(args.exc_value)

    def start(self, function: Callable[..., object], *args: object) -> int:
        """Start a daemon thread, which begins when the running thread waits; return its number."""
        ident: int = self._own["_thread"].start_new_thread(function, args)
        return ident

    def _load(self, name: str) -> Any:
        """Execute a module of the standard library again; it imports this library's own modules."""
        module = types.ModuleType(name)
        vars(module)["__builtins__"] = {
            **vars(builtins),
            "__import__": self._import,
            "__preempt__": kernel.preempt,
        }
        self._own[name] = module
        code = _code_of(name)
        # `enum` looks a module up by its name, to convert the constants in it.
        original = sys.modules.get(name)
        sys.modules[name] = module
        try:
            exec(code, vars(module))
        finally:
            if original is None:
                del sys.modules[name]
            else:
                sys.modules[name] = original
        return module

    def _import(self, name: str, *args: Any, **keywords: Any) -> Any:
        own = self._own.get(name)
        return builtins.__import__(name, *args, **keywords) if own is None else own


class _Preemptible(ast.NodeTransformer):
    """Inserts calls of `FakeKernel.preempt`, so that time slices can end inside of functions.

    The calls come before the statements of each block, except for `else` and `finally`.
    """

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        for inner in ast.walk(node):
            body = getattr(inner, "body", None)
            if isinstance(body, list):
                inner.body = [each for statement in body for each in self._before(statement)]  # type: ignore[attr-defined]
        return node

    def _before(self, statement: ast.stmt) -> list[ast.stmt]:
        # Docstrings and declarations must stay at the beginning of their function.
        must_stay_first = isinstance(statement, ast.Nonlocal | ast.Global) or isinstance(
            getattr(statement, "value", None), ast.Constant
        )
        if must_stay_first or getattr(statement, "is_preemptible", False):
            return [statement]
        statement.is_preemptible = True  # type: ignore[attr-defined]
        call = ast.parse("__preempt__()").body[0]
        call.is_preemptible = True  # type: ignore[attr-defined]
        return [ast.copy_location(call, statement), statement]


@functools.cache
def _code_of(name: str) -> types.CodeType:
    """Compile a module of the standard library so that its functions can be interrupted."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    loader: Any = spec.loader
    tree = _Preemptible().visit(ast.parse(loader.get_source(name)))
    return compile(ast.fix_missing_locations(tree), spec.origin or name, "exec", dont_inherit=True)


def new_worker() -> None:
    """Replace the worker by a new one, in which nothing has run."""
    kernel.reset()
    page.reset()
    broker.reset()
    scheduler.observer = None
    scheduler.start_program()


def run[T](
    program: Callable[[Library], T],
    *,
    clock_rate: float = 1,
    paused: bool = False,
    compile_ms: float = 0,
) -> T:
    """Run a program until it and its threads have ended, as `browser_runtime.program` does.

    Args:
        program: what the main thread runs; it may start more threads.
        clock_rate: how many times faster than real time its clocks go; 0 is virtual time.
        paused: whether to pause the program at its first step; see `Reader` in test_stepping.py.
        compile_ms: how many ms Python computes before the program's first line, as if it compiled
            the program.

    Returns:
        What the program returns.

    Raises:
        BaseException: what the program or one of its threads raises, such as `DeadlockError`.
        NothingLeftError: the program hangs, and the scheduler has reported no deadlock.
    """
    # What `threads.renew` does, except that the program gets its own copy of `threading`.
    threads._non_daemon.clear()
    scheduler.start_program()
    library = Library()

    options = RunOptions(clock_rate=clock_rate, paused=paused)

    def main() -> T:
        scheduler.enter(scheduler.MAIN)
        virtual_time.begin(options)
        stepping.begin(program.__code__.co_filename, options, None)
        try:
            slices.arm()
            kernel.compute(compile_ms)
            result = program(library)
            stepping.leave()
            library.threading._shutdown()
            if library.errors:
                raise library.errors[0]
            return result
        finally:
            stepping.end()
            virtual_time.end()
            assert scheduler.abandon(1), f"threads do not end: {scheduler.list_threads()}"
            slices.disarm()

    return kernel.run(main)
