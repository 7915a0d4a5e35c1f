"""Thread-local data: each thread has its own, until the thread or the `local` object ends."""

import gc
import sys
import threading
import weakref
from typing import Any

import pytest

from tests.browser_runtime.harness import Library, local, run, scheduler


def test_each_thread_sees_its_own_attributes() -> None:
    def program(library: Library) -> list[Any]:
        data = library.threading.local()
        data.name = "main"
        seen: list[Any] = []

        def work(name: str) -> None:
            seen.append(getattr(data, "name", None))
            data.name = name
            library.time.sleep(1)
            seen.append(data.name)

        for name in ("first", "second"):
            library.start(work, name)
        library.time.sleep(2)
        return [*seen, data.name]

    assert run(program) == [None, None, "first", "second", "main"]


def test_an_attribute_that_a_thread_deletes_stays_in_other_threads() -> None:
    def program(library: Library) -> list[Any]:
        data = local.Local()
        data.name = "main"
        seen: list[Any] = []

        def work() -> None:
            with pytest.raises(AttributeError):
                del data.name
            data.name = "thread"
            del data.name
            seen.append(vars(data))

        library.start(work)
        library.time.sleep(1)
        return [*seen, vars(data)]

    assert run(program) == [{}, {"name": "main"}]


def test_a_subclass_is_initialised_once_in_each_thread_with_the_same_arguments() -> None:
    def program(library: Library) -> list[tuple[int, Any]]:
        calls: list[tuple[int, Any]] = []

        class Data(local.Local):
            def __init__(self, start: int, *, step: int) -> None:
                calls.append((start, step))
                # Other threads get their own attributes while this one initialises.
                library.time.sleep(0.1)
                self.value = start

        data = Data(1, step=2)

        def work() -> None:
            assert data.value == 1
            data.value += 1
            library.time.sleep(1)
            assert data.value == 2

        library.start(work)
        library.start(work)
        library.time.sleep(3)
        return [*calls, ("main", data.value)]  # type: ignore[list-item]

    assert run(program) == [(1, 2), (1, 2), (1, 2), ("main", 1)]


def test_arguments_are_refused_unless_a_subclass_has_an_initialiser() -> None:
    with pytest.raises(TypeError, match="Initialization arguments are not supported"):
        local.Local(1)
    with pytest.raises(TypeError, match="Initialization arguments are not supported"):
        local.Local(name=1)


def test_the_dictionary_of_an_object_cannot_be_replaced() -> None:
    data: Any = local.Local()
    message = "'_local' object attribute '__dict__' is read-only"
    with pytest.raises(AttributeError, match=message):
        data.__dict__ = {}
    with pytest.raises(AttributeError, match=message):
        del data.__dict__


def test_the_type_has_the_same_name_as_on_cpython() -> None:
    assert repr(local.Local) == "<class '_thread._local'>"
    assert (local.Local.__module__, local.Local.__qualname__) == (
        threading.local.__module__,
        threading.local.__qualname__,
    )


class _Value:
    """A value that, unlike an instance of `object`, can be referred to weakly."""


def test_the_data_of_a_thread_is_deleted_when_the_thread_ends() -> None:
    def program(library: Library) -> tuple[bool, bool]:
        data = local.Local()
        values: list[weakref.ref[_Value]] = []

        def work() -> None:
            data.value = _Value()
            values.append(weakref.ref(data.value))
            library.time.sleep(1)

        library.start(work)
        library.time.sleep(0.5)
        during = values[0]() is not None
        library.time.sleep(1)
        gc.collect()
        return during, values[0]() is not None

    assert run(program) == (True, False)


def test_the_data_of_a_thread_is_deleted_with_the_object_while_the_thread_lives() -> None:
    def program(_: Library) -> bool:
        data = local.Local()
        data.value = _Value()
        data.itself = data
        value = weakref.ref(data.value)
        del data
        gc.collect()
        return value() is None

    assert run(program)


def test_a_local_object_that_is_deleted_before_its_thread_ends_leaves_no_data_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def program(library: Library) -> tuple[bool, int, int]:
        values: list[weakref.ref[_Value]] = []

        def work() -> None:
            data = local.Local()
            data.value = _Value()
            values.append(weakref.ref(data.value))
            del data
            gc.collect()
            library.time.sleep(1)

        library.start(work)
        library.time.sleep(0.5)
        is_kept, during = values[0]() is not None, scheduler.thread_count()
        library.time.sleep(1)
        gc.collect()
        return is_kept, during, scheduler.thread_count()

    # Errors that occur while the data of the ended thread are deleted.
    errors: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", errors.append)
    assert run(program) == (False, 2, 1)
    assert errors == []
