"""Implements `_interpreters` and `_interpqueues`, with a worker for each interpreter.

These two modules are written in C in CPython, and `concurrent.interpreters` is built on them.

The main interpreter, in the worker of the process, keeps the list of all interpreters and the
queues. Another interpreter runs code only while a thread of the main interpreter waits for the
result. While it waits, this thread serves the requests of the other interpreter, for example to put
an item into a queue.
"""

import io
import itertools
import marshal
import os
import pickle
import runpy
import sys
import traceback
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import browser_processes as broker
from pyodide.ffi import to_js

from browser_runtime import facts
from browser_runtime.primitives.locks import Lock
from browser_runtime.processes import asking, channels, files
from browser_runtime.processes.channels import Channel
from browser_runtime.scheduling import scheduler, virtual_time

# The origins of interpreters, as numbers: how an interpreter was created.
_RUNTIME, _STDLIB = 1, 5
_WHENCE = {
    "WHENCE_UNKNOWN": 0,
    "WHENCE_RUNTIME": _RUNTIME,
    "WHENCE_LEGACY_CAPI": 2,
    "WHENCE_CAPI": 3,
    "WHENCE_XI": 4,
    "WHENCE_STDLIB": _STDLIB,
}
# Another interpreter that needs a function of the program runs the program's file as a module with
# this name, which CPython also uses.
_FAKE_MAIN = "<fake __main__>"
# A number decides what happens to the items that an interpreter has put into queues when the
# interpreter is destroyed. CPython calls this number `unboundop`, and this module calls it
# `instead`. With the following number, the items are removed.
_REMOVE = 1
# The types of objects that CPython sends to another interpreter without pickling them, apart from
# tuples and queues; see `is_shareable`.
_SHAREABLE = (bool, bytes, float, int, memoryview, str, type(None))


class InterpreterError(Exception):
    """A cross-interpreter operation failed."""


class InterpreterNotFoundError(InterpreterError):
    """An interpreter was not found."""


class NotShareableError(TypeError):
    """An object cannot be sent to another interpreter."""


class QueueError(Exception):
    """Indicates that a queue-related error happened."""


class QueueNotFoundError(QueueError):
    """An unknown queue was used."""


for _kind in (InterpreterError, InterpreterNotFoundError, NotShareableError):
    _kind.__module__ = "concurrent.interpreters"


# --- pickling objects for another interpreter -----------------------------------------------------


def _make_function(code: bytes, name: str) -> FunctionType:
    return FunctionType(marshal.loads(code), sys.modules["__main__"].__dict__, name)  # noqa: S302


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        """Send a function that cannot be imported by name, such as a lambda, as its code.

        A function with a closure or defaults cannot be sent in this way.
        """
        if (
            isinstance(obj, FunctionType)
            and "<" in obj.__qualname__
            and not (obj.__closure__ or obj.__defaults__ or obj.__kwdefaults__)
        ):
            return _make_function, (marshal.dumps(obj.__code__), obj.__name__)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Find functions of the program, which only the main interpreter has run as `__main__`."""
        if module == _FAKE_MAIN and _here.number == 0:
            module = "__main__"
        elif module == "__main__" and _here.number:
            main: Any = sys.modules["__main__"]
            if not hasattr(main, name.partition(".")[0]):
                _load_fake_main()
                module = _FAKE_MAIN
        return super().find_class(module, name)


def _load_fake_main() -> None:
    if _FAKE_MAIN not in sys.modules:
        module = ModuleType(_FAKE_MAIN)
        sys.modules[_FAKE_MAIN] = module
        vars(module).update(runpy.run_path(files.program(), run_name=_FAKE_MAIN))


def _dump(obj: Any) -> bytes:
    buffer = io.BytesIO()
    try:
        _Pickler(buffer).dump(obj)
    except Exception as error:
        raise NotShareableError(f"object could not be sent: {error}") from error
    return buffer.getvalue()


def _load(data: bytes) -> Any:
    return _Unpickler(io.BytesIO(data)).load()


def is_shareable(obj: Any) -> bool:
    """Return whether CPython would send an object to another interpreter without pickling it."""
    if isinstance(obj, tuple):
        return all(map(is_shareable, obj))
    return type(obj) in _SHAREABLE or type(obj) is _types.get("Queue")


# --- state of the main interpreter ----------------------------------------------------------------


class _Interpreter:
    """Another interpreter, as the main interpreter sees it."""

    def __init__(self, number: int) -> None:
        if not scheduler.can_switch():
            facts.cannot_start_processes()
            raise InterpreterError(
                "interpreter creation failed: this browser cannot suspend Python"
            )
        self.number = number
        self.references = 0
        # Whether a thread of the main interpreter waits for the result of a command.
        self.is_running = False
        virtual_time.refuse("an interpreter")
        commands, replies = Channel(), Channel()
        self.handles = channels.add(None, commands), channels.add(replies, None)
        remote_handles = channels.add(commands, None), channels.add(None, replies)
        shared = [channels.share(handle) for handle in remote_handles]
        for handle in remote_handles:
            channels.close(handle)
        start = {"interpreter": number, "pid": os.getpid(), "ends": shared, "path": sys.path}
        tokens = [token for each in shared for token in channels.tokens(each)]
        sentinel, parent = broker.number(), broker.number()
        question = broker.spawn(
            *(files.program(), to_js(pickle.dumps(start)), files.collect(), to_js(tokens)),
            *(sentinel, parent, scheduler.observer is not None),
        )
        if asking.answer(question) is None:
            self.close()
            raise InterpreterError("interpreter creation failed: there are too many interpreters")

    def send(self, *message: Any) -> None:
        """Send a message to the interpreter."""
        channels.writing(self.handles[0]).send(pickle.dumps(message))

    def run(self, *command: Any) -> Any:
        """Send a command, and serve the interpreter's requests until its reply can be returned."""
        if self.is_running:
            raise InterpreterError("interpreter already running")
        self.is_running = True
        try:
            self.send(*command)
            while True:
                kind, *rest = pickle.loads(channels.reading(self.handles[1]).receive())  # noqa: S301
                if kind == "reply":
                    return rest
                self.send(*_serve(self.number, *rest))
        except (BrokenPipeError, EOFError):
            _state.interpreters.pop(self.number, None)
            raise InterpreterError("the interpreter has died") from None
        finally:
            self.is_running = False

    def close(self) -> None:
        """Close the channels, which ends the interpreter.

        This method never waits, because destructors may call it.
        """
        for handle in self.handles:
            channels.close(handle)


class _Queue:
    """A queue between interpreters.

    Args:
        max_size: how many items it can contain; 0 or less means any number.
        defaults: the two default values that `concurrent.interpreters` keeps with a queue. The
            first one is the `instead` of items that have none of their own.
    """

    def __init__(self, max_size: int, defaults: tuple[int, int]) -> None:
        self.max_size, self.defaults = max_size, defaults
        self.references = 0
        # For each item: the interpreter that put it there; the pickled item, or None if that
        # interpreter has been destroyed; and `instead`, a number that `concurrent.interpreters`
        # translates into what `get` then returns or raises.
        self.items: list[tuple[int, bytes | None, int]] = []


class _State:
    """The interpreters and queues of one program."""

    def __init__(self) -> None:
        self.interpreters: dict[int, _Interpreter] = {}
        self.queues: dict[int, _Queue] = {}
        self.numbers = itertools.count(1)
        self.queue_numbers = itertools.count(1)


_state = _State()


def _interpreter(number: int) -> _Interpreter:
    try:
        return _state.interpreters[number]
    except KeyError:
        raise InterpreterNotFoundError(f"unrecognized interpreter ID {number}") from None


def _queue(number: int) -> _Queue:
    try:
        return _state.queues[number]
    except KeyError:
        raise QueueNotFoundError(f"queue {number} not found") from None


# The first parameter of the following functions is the number of the interpreter that calls them.


def _create(_: int) -> int:
    number = next(_state.numbers)
    _state.interpreters[number] = _Interpreter(number)
    return number


def _destroy(caller: int, number: int) -> None:
    if number in (0, caller):
        raise InterpreterError("cannot destroy the current or the main interpreter")
    interpreter = _interpreter(number)
    if interpreter.is_running:
        raise InterpreterError("interpreter running")
    del _state.interpreters[number]
    interpreter.close()
    for queue in _state.queues.values():
        queue.items = [
            (owner, None, instead) if owner == number else (owner, data, instead)
            for owner, data, instead in queue.items
            if owner != number or instead != _REMOVE
        ]


def _count_reference(_: int, number: int, change: int) -> None:
    interpreter = _interpreter(number)
    interpreter.references += change
    if interpreter.references == 0 and not interpreter.is_running:
        _destroy(0, number)


def _list(_: int) -> list[tuple[int, int]]:
    return [(0, _RUNTIME), *((number, _STDLIB) for number in _state.interpreters)]


def _whence(_: int, number: int) -> int:
    if number:
        _interpreter(number)
    return _STDLIB if number else _RUNTIME


def _is_running(_: int, number: int) -> bool:
    return number == 0 or _interpreter(number).is_running


def _command(_: int, number: int, *command: Any) -> Any:
    return _interpreter(number).run(*command)


def _queue_create(_: int, max_size: int, defaults: tuple[int, int]) -> int:
    number = next(_state.queue_numbers)
    _state.queues[number] = _Queue(max_size, defaults)
    return number


def _queue_destroy(_: int, number: int) -> None:
    _queue(number)
    del _state.queues[number]


def _queue_count_reference(_: int, number: int, change: int) -> None:
    queue = _queue(number)
    queue.references += change
    if queue.references == 0:
        del _state.queues[number]


def _queue_list(_: int) -> list[tuple[int, int, int]]:
    return [(number, *queue.defaults) for number, queue in _state.queues.items()]


def _queue_info(_: int, number: int) -> tuple[int, int, tuple[int, int]]:
    queue = _queue(number)
    return queue.max_size, len(queue.items), queue.defaults


def _queue_put(caller: int, number: int, data: bytes, instead: int) -> bool:
    queue = _queue(number)
    if 0 < queue.max_size <= len(queue.items):
        return False
    queue.items.append((caller, data, queue.defaults[0] if instead < 0 else instead))
    return True


def _queue_get(_: int, number: int) -> tuple[int, bytes | None, int] | None:
    queue = _queue(number)
    return queue.items.pop(0) if queue.items else None


_SERVED: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *(_create, _destroy, _count_reference, _list, _whence, _is_running, _command),
        *(_queue_create, _queue_destroy, _queue_count_reference, _queue_list, _queue_info),
        *(_queue_put, _queue_get),
    )
}


def _serve(caller: int, name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        return "result", _SERVED[name](caller, *args), None
    except Exception as error:
        return "result", None, error


# --- state of each interpreter --------------------------------------------------------------------


class _Here:
    """The interpreter that runs in this worker.

    Attributes:
        number: its number; 0 is the main interpreter.
        commands: the channel from the main interpreter.
        replies: the channel to the main interpreter.
        lock: held while a thread of this interpreter waits for the result of a request.
    """

    number = 0
    commands: Channel
    replies: Channel
    lock: Lock


_here = _Here()
# The classes `Queue`, `Empty` and `Full` of `concurrent.interpreters`, by name.
_types: dict[str, Any] = {}


def _request(function: Callable[..., Any], *args: Any) -> Any:
    """Call one of the functions in `_SERVED` in the main interpreter, and return its result."""
    if _here.number == 0:
        return function(0, *args)
    with _here.lock:
        _here.replies.send(pickle.dumps(("request", function.__name__, args)))
        _, value, error = pickle.loads(_here.commands.receive())  # noqa: S301
    if error is not None:
        raise error
    return value


def _describe(error: BaseException) -> SimpleNamespace:
    """Describe an exception with the same attributes as `_interpreters` does."""
    kind = type(error)
    summary = traceback.TracebackException.from_exception(error)
    if summary.stack:
        own = [frame for frame in summary.stack if not scheduler.is_ours(frame.filename)]
        summary.stack[:] = own
    return SimpleNamespace(
        type=SimpleNamespace(
            __name__=kind.__name__, __qualname__=kind.__qualname__, __module__=kind.__module__
        ),
        msg=str(error),
        formatted="".join(summary.format_exception_only()).strip(),
        errdisplay="".join(summary.format()).strip(),
    )


def _run(kind: str, data: bytes) -> tuple[bytes | None, Any]:
    """Run a command of the main interpreter.

    Args:
        kind: `set` for names to bind in `__main__`, `exec` for source to execute, or `call` for a
            function to call.
        data: the names, the source, or the function with its arguments, pickled.

    Returns:
        The pickled result of a function, or None. Then the error if something could not be pickled
        or unpickled, the description of an exception that the command has raised, or None.
    """
    namespace = sys.modules["__main__"].__dict__
    try:
        value = _load(data)
    except Exception as error:
        unreadable = NotShareableError("args not shareable")
        unreadable.add_note(f"They could not be unpickled: {error!r}")
        return None, unreadable
    try:
        if kind == "set":
            namespace.update(value)
        elif kind == "exec":
            exec(value, namespace)  # noqa: S102 - executing source is its purpose
        else:
            function, args, kwargs = value
            value = function(*args, **kwargs)
    except BaseException as error:
        return None, _describe(error)
    try:
        return (_dump(value) if kind == "call" else None), None
    except NotShareableError as error:
        return None, error


def bootstrap(start: Mapping[str, Any]) -> None:
    """Run as another interpreter, until the main interpreter closes the channel of commands."""
    sys.path[:] = start["path"]
    _here.number, _here.lock = start["interpreter"], Lock()
    commands, replies = (channels.adopt(end) for end in start["ends"])
    _here.commands, _here.replies = channels.reading(commands), channels.writing(replies)
    while True:
        try:
            command = pickle.loads(_here.commands.receive())  # noqa: S301
        except EOFError:
            return
        result = _run(*command)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        _here.replies.send(pickle.dumps(("reply", *result)))


# --- the functions of `_interpreters` and `_interpqueues` -----------------------------------------


def create(config: Any = None, *, reqrefs: bool = False) -> int:  # noqa: ARG001 - all interpreters are configured alike
    """Start an interpreter; return its number."""
    number: int = _request(_create)
    return number


def destroy(number: int, /, *, restrict: bool = False) -> None:  # noqa: ARG001
    """End an interpreter."""
    if number == _here.number:
        raise InterpreterError("cannot destroy the current interpreter")
    _request(_destroy, number)


def list_all(*, require_ready: bool = False) -> list[tuple[int, int]]:  # noqa: ARG001
    """Return each interpreter's number and origin."""
    found: list[tuple[int, int]] = _request(_list)
    return found


def get_current() -> tuple[int, int]:
    """Return this interpreter's number and origin."""
    return _here.number, _STDLIB if _here.number else _RUNTIME


def get_main() -> tuple[int, int]:
    """Return the main interpreter's number and origin."""
    return 0, _RUNTIME


def whence(number: int, /) -> int:
    """Return an interpreter's origin."""
    found: int = _request(_whence, number)
    return found


def incref(number: int, /, *, implieslink: bool = False, restrict: bool = False) -> None:  # noqa: ARG001
    """Count a new reference to an interpreter."""
    _request(_count_reference, number, 1)


def decref(number: int, /, *, restrict: bool = False) -> None:  # noqa: ARG001
    """Count a dropped reference to an interpreter, which ends when no references are left."""
    _request(_count_reference, number, -1)


def is_running(number: int, /, *, restrict: bool = False) -> bool:  # noqa: ARG001
    """Return whether an interpreter is running code."""
    running: bool = _request(_is_running, number)
    return running


def _send_command(number: int, kind: str, value: Any) -> tuple[bytes | None, Any]:
    """Send a command to an interpreter; parameters and result are as those of `_run`."""
    data, error = _request(_command, number, kind, _dump(value))
    if isinstance(error, NotShareableError):
        raise error
    return data, error


def set_main_attributes(
    number: int,
    updates: Mapping[str, Any],
    /,
    *,
    restrict: bool = False,  # noqa: ARG001
) -> None:
    """Bind names in an interpreter's `__main__`."""
    _, error = _send_command(number, "set", dict(updates))
    if error is not None:
        raise InterpreterError(error.formatted)


def execute(number: int, code: Any, /, *, restrict: bool = False) -> Any:  # noqa: ARG001
    """Run source, or a function without arguments, in an interpreter.

    Returns:
        A description of the uncaught exception, or None.
    """
    if isinstance(code, FunctionType):
        if code.__closure__ or code.__code__.co_argcount:
            raise ValueError("code must be a function without arguments and closure")
        return call(number, code)[1]
    if not isinstance(code, str):
        raise TypeError(f"code must be a string or a function, not {type(code).__name__}")
    _, error = _send_command(number, "exec", code)
    return error


def call(
    number: int,
    function: Any,
    args: tuple[Any, ...] = (),
    kwargs: Mapping[str, Any] | None = None,
    /,
    *,
    preserve_exc: bool = False,  # noqa: ARG001
    restrict: bool = False,  # noqa: ARG001
) -> tuple[Any, Any]:
    """Call a function in an interpreter.

    Args:
        number: the number of the interpreter.
        function: the function, which is pickled or sent as its code.
        args: its positional arguments.
        kwargs: its keyword arguments.
        preserve_exc: ignored.
        restrict: ignored.

    Returns:
        The result of the function, and a description of the uncaught exception, or None.
    """
    data, error = _send_command(number, "call", (function, tuple(args), dict(kwargs or {})))
    return (None if data is None else _load(data)), error


def fill_interpreters(module: ModuleType) -> None:
    """Put the functions and exceptions of `_interpreters` into its replacement."""
    functions: dict[str, Any] = {"exec": execute, "set___main___attrs": set_main_attributes}
    for function in (
        *(call, create, decref, destroy, get_current, get_main),
        *(incref, is_running, is_shareable, list_all, whence),
    ):
        functions[function.__name__] = function
    errors = {
        kind.__name__: kind
        for kind in (InterpreterError, InterpreterNotFoundError, NotShareableError)
    }
    vars(module).update(functions, **errors, **_WHENCE)


def _queue_put_or_raise(qid: int, obj: Any, unboundop: int = -1) -> None:
    if not _request(_queue_put, qid, _dump(obj), unboundop):
        raise _types["Full"](f"queue {qid} is full")


def _queue_get_or_raise(qid: int) -> tuple[Any, int | None]:
    item = _request(_queue_get, qid)
    if item is None:
        raise _types["Empty"](f"queue {qid} is empty")
    _, data, instead = item
    return (None, instead) if data is None else (_load(data), None)


# `concurrent.interpreters` calls this function, whose name is CPython's.
def _register_heap_types(queue: Any, empty: Any, full: Any) -> None:
    _types.update(Queue=queue, Empty=empty, Full=full)


def fill_queues(module: ModuleType) -> None:
    """Put the functions and exceptions of `_interpqueues` into its replacement."""

    def info(index: int) -> Callable[[int], Any]:
        return lambda qid: _request(_queue_info, qid)[index]

    def is_full(qid: int) -> bool:
        max_size, count, _ = _request(_queue_info, qid)
        return bool(0 < max_size <= count)

    vars(module).update(
        QueueError=QueueError,
        QueueNotFoundError=QueueNotFoundError,
        create=lambda maxsize, unboundop=-1, fallback=-1: _request(
            _queue_create, maxsize, (unboundop, fallback)
        ),
        destroy=lambda qid: _request(_queue_destroy, qid),
        list_all=lambda: _request(_queue_list),
        put=_queue_put_or_raise,
        get=_queue_get_or_raise,
        bind=lambda qid: _request(_queue_count_reference, qid, 1),
        release=lambda qid: _request(_queue_count_reference, qid, -1),
        get_maxsize=info(0),
        get_count=info(1),
        get_queue_defaults=info(2),
        is_full=is_full,
        _register_heap_types=_register_heap_types,
    )


def forget() -> None:
    """Forget the interpreters and queues of a program."""
    global _state
    _state = _State()
    _types.clear()
