"""Tests of runtime/python/greenlet, in which the fake kernel switches between the stacks."""

import importlib
import sys
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser_runtime.harness import PYTHON, Library, kernel, local, run


def _import_greenlet() -> Any:
    """Import runtime/python/greenlet, although the fake kernel uses the real library."""
    ffi = types.ModuleType("pyodide.ffi")
    vars(ffi)["create_proxy"] = lambda value: value
    names = [name for name in sys.modules if name.partition(".")[0] == "greenlet"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pyodide.ffi", ffi)
        patch.setitem(sys.modules, "browser_kernel", kernel)
        patch.setattr(threading, "local", local.Local)
        patch.syspath_prepend(PYTHON)
        for name in names:
            patch.delitem(sys.modules, name)
        package = importlib.import_module("greenlet")
        # The real library has no such module, so `patch` would leave it behind.
        del sys.modules["greenlet._stacks"]
    return package


package = _import_greenlet()


def run_program[T](program: Callable[[], T]) -> T:
    """Run a function as the main thread of a program."""
    return run(lambda _: program())


def test_switches_pass_arguments_and_results_in_both_directions() -> None:
    def program() -> list[Any]:
        main = package.getcurrent()
        received: list[Any] = []

        def other(first: int, second: int = 0) -> str:
            received.append((first, second))
            received.append(main.switch("from the other"))
            received.append(main.switch(1, 2))
            received.append(main.switch(key=3))
            return "result"

        greenlet = package.greenlet(other)
        received.append(greenlet.switch(1, second=2))
        received.append(greenlet.switch())
        received.append(greenlet.switch(4, key=5))
        received.append(greenlet.switch(None))
        return received

    assert run_program(program) == [
        (1, 2),
        "from the other",
        (),
        (1, 2),
        ((4,), {"key": 5}),
        {"key": 3},
        None,
        "result",
    ]


def test_the_parent_resumes_when_a_greenlet_ends() -> None:
    def program() -> tuple[list[str], str]:
        order: list[str] = []

        def run_outer() -> str:
            order.append(inner.switch())
            return "result of outer"

        def run_inner() -> str:
            order.append("inner runs")
            return "result of inner"

        outer = package.greenlet(run_outer)
        inner: Any = package.greenlet(run_inner, parent=outer)
        return order, outer.switch()

    assert run_program(program) == (["inner runs", "result of inner"], "result of outer")


def test_an_exception_is_thrown_into_a_suspended_greenlet() -> None:
    def program() -> str:
        main = package.getcurrent()

        def other() -> str:
            try:
                main.switch()
            except KeyError:
                return "caught"
            return "not raised"

        greenlet = package.greenlet(other)
        greenlet.switch()
        result: str = greenlet.throw(KeyError)
        return result

    assert run_program(program) == "caught"


def test_an_exception_that_a_greenlet_does_not_catch_is_raised_in_its_parent() -> None:
    def program() -> bool:
        greenlet = package.greenlet(lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            greenlet.switch()
        is_dead: bool = greenlet.dead
        return is_dead

    assert run_program(program)


def test_greenlet_exit_ends_a_greenlet_and_is_its_result() -> None:
    def program() -> Any:
        main = package.getcurrent()
        greenlet = package.greenlet(main.switch)
        greenlet.switch()
        return greenlet.throw(), greenlet.dead

    result, is_dead = run_program(program)
    assert isinstance(result, package.GreenletExit)
    assert is_dead


def test_an_exception_that_is_thrown_before_the_start_ends_a_greenlet() -> None:
    def program() -> bool:
        greenlet = package.greenlet(lambda: None)
        with pytest.raises(ValueError, match="early"):
            greenlet.throw(ValueError("early"))
        is_dead: bool = greenlet.dead
        return is_dead

    assert run_program(program)


def test_a_greenlet_without_a_function_cannot_be_started() -> None:
    def program() -> None:
        with pytest.raises(AttributeError, match="run"):
            package.greenlet().switch()

    run_program(program)


def test_truth_frame_and_representation_of_a_greenlet_show_its_state() -> None:
    def program() -> list[tuple[bool, bool, str]]:
        main = package.getcurrent()
        greenlet = package.greenlet(main.switch)
        states = []
        for _ in range(3):
            # The words after "<greenlet.greenlet object at" and the address.
            words = repr(greenlet).rstrip(">").split()[4:]
            states.append((bool(greenlet), greenlet.gr_frame is not None, " ".join(words)))
            greenlet.switch()
        return states

    assert run_program(program) == [
        (False, False, "pending"),
        (True, True, "suspended active started"),
        (False, False, "dead"),
    ]


def test_parents_cannot_form_a_cycle() -> None:
    def program() -> None:
        outer = package.greenlet(lambda: None)
        inner = package.greenlet(lambda: None, parent=outer)
        with pytest.raises(ValueError, match="cyclic parent chain"):
            outer.parent = inner

    run_program(program)


def test_the_trace_function_is_called_after_each_switch() -> None:
    def program() -> list[str]:
        main = package.getcurrent()
        kinds: list[str] = []
        package.settrace(lambda kind, _: kinds.append(kind))
        greenlet = package.greenlet(main.switch)
        greenlet.switch()
        with pytest.raises(KeyError):
            greenlet.throw(KeyError)
        package.settrace(None)
        return kinds

    assert run_program(program) == ["switch", "switch", "throw", "throw"]


def test_a_greenlet_of_another_thread_cannot_be_resumed() -> None:
    def program(library: Library) -> list[str]:
        greenlet = package.greenlet(lambda: None)
        messages: list[str] = []

        def other() -> None:
            with pytest.raises(package.error) as caught:
                greenlet.switch()
            messages.append(str(caught.value))

        thread = library.threading.Thread(target=other)
        thread.start()
        thread.join()
        return messages

    assert run(program) == ["cannot switch to a different thread"]
