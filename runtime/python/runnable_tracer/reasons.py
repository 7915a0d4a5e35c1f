"""Finds the reason for a thread's wait from the functions of the standard library on its stack.

The module also lists the coroutines of asyncio and of libraries that show the reason for the wait
of a task; `tasks` searches for them.
"""

from types import CodeType, FrameType
from typing import Any

from runnable_tracer.network import peers
from runnable_tracer.recorder import Recorder

# In place of a reason: the wait is part of starting a thread or a process, and is not recorded.
_HIDDEN = "hidden"
# A worker of a pool that waits for one of these reasons is running a call, because no worker sleeps
# or reads input while it has no call to run.
_IN_WORKER_CALL = ("sleep", "input")
# In place of a reason: the function runs a callback, a call of a pool or the handler of a request.
# The frames that called the function have nothing to do with the wait.
_BOUNDARY = "boundary"

# Module → qualified name of a function on the stack of a waiting thread → the reason for the wait
# in this function, and the local variable whose name or address says what the function waits for,
# see `_name`. If several functions on the stack are listed here, the outermost one decides, which
# is the one that the program called.
_CALLS: dict[str, dict[str, tuple[str, str]]] = {
    "threading": {
        "Barrier.wait": ("barrier", ""),
        "Condition.wait": ("condition", ""),
        "Condition.wait_for": ("condition", ""),
        "Event.wait": ("event", ""),
        "Semaphore.acquire": ("semaphore", ""),
        "Thread.join": ("thread", "self"),
        "Thread.start": (_HIDDEN, ""),
        "_shutdown": ("thread", ""),
    },
    "queue": {
        "Queue.get": ("queue get", ""),
        "Queue.join": ("queue join", ""),
        "Queue.put": ("queue put", ""),
        "_PySimpleQueue.get": ("queue get", ""),
    },
    "concurrent.futures._base": {
        "Executor.__exit__": ("shutdown", ""),
        "Future.exception": ("future", ""),
        "Future.result": ("future", ""),
        "as_completed": ("tasks", ""),
        "wait": ("tasks", ""),
    },
    "concurrent.futures.thread": {
        "ThreadPoolExecutor.shutdown": ("shutdown", ""),
        "_python_exit": ("shutdown", ""),
        "_WorkItem.run": (_BOUNDARY, ""),
        "_worker": ("work", ""),
    },
    "concurrent.futures.process": {
        "ProcessPoolExecutor.shutdown": ("shutdown", ""),
        "ProcessPoolExecutor.submit": (_HIDDEN, ""),
        "_process_worker": ("work", ""),
        "_python_exit": ("shutdown", ""),
    },
    "multiprocessing.process": {"BaseProcess.join": ("process", "self")},
    "multiprocessing.connection": {
        "Client": ("connect", ""),
        "Listener.accept": ("accept", ""),
        "_ConnectionBase.poll": ("process", ""),
        "_ConnectionBase.recv": ("process", ""),
        "_ConnectionBase.recv_bytes": ("process", ""),
        "_ConnectionBase.send": ("process", ""),
        "wait": ("process", ""),
    },
    "multiprocessing.queues": {
        "JoinableQueue.join": ("queue join", ""),
        "Queue.get": ("queue get", ""),
        "Queue.put": ("queue put", ""),
        "SimpleQueue.get": ("queue get", ""),
    },
    "multiprocessing.managers": {"BaseProxy._callmethod": ("process", "")},
    "multiprocessing.pool": {
        "ApplyResult.get": ("future", ""),
        "ApplyResult.wait": ("future", ""),
        "IMapIterator.next": ("future", ""),
        "Pool.join": ("shutdown", ""),
        "worker": ("work", ""),
    },
    "multiprocessing.synchronize": {
        "Barrier.wait": ("barrier", ""),
        "Condition.wait": ("condition", ""),
        "Event.wait": ("event", ""),
        "SemLock.__enter__": ("lock", ""),
    },
    "multiprocessing.popen_fork": {"Popen.wait": ("process", "")},
    "socketserver": {
        "BaseServer._handle_request_noblock": (_BOUNDARY, ""),
        "BaseServer.handle_request": ("accept", "self"),
        "BaseServer.serve_forever": ("accept", "self"),
    },
    "subprocess": {
        "Popen._execute_child": (_HIDDEN, ""),
        "Popen.communicate": ("process", ""),
        "Popen.wait": ("process", ""),
        "run": ("process", ""),
    },
    "asyncio.events": {"Handle._run": (_BOUNDARY, "")},
    "runnable_tracer.tasks": {
        "install.<locals>.TracedHandle._run": (_BOUNDARY, ""),
        "install.<locals>.run_timer": (_BOUNDARY, ""),
    },
    "asyncio.runners": {"Runner.close": ("shutdown", "")},
    "asyncio.base_events": {
        "BaseEventLoop._run_once": ("idle", ""),
        "BaseEventLoop.shutdown_default_executor": ("shutdown", ""),
    },
}

# The entry in `_CALLS` of each code that has been looked up; None if there is no entry.
_known: dict[CodeType, tuple[str, str] | None] = {}


def _look_up(frame: FrameType) -> tuple[str, str] | None:
    code = frame.f_code
    if code not in _known:
        functions = _CALLS.get(frame.f_globals.get("__name__", ""), {})
        _known[code] = functions.get(code.co_qualname)
    return _known[code]


def _name(subject: Any) -> str:
    """Return the name of a thread or process, or the address of a `socketserver` server."""
    name: str = getattr(subject, "name", "")
    return name or peers.shown(getattr(subject, "server_address", ""))


def classify(
    frame: FrameType | None, recorder: Recorder, default: str
) -> tuple[str, str, int] | None:
    """Find the reason for a wait.

    Args:
        frame: the innermost frame that belongs neither to the tracer nor to the browser runtime.
        recorder: the recorder of the program.
        default: the reason if no function on the stack gives a more specific one.

    Returns:
        The reason, the name of what is waited for, and the line of the program; None if the wait is
        not to be recorded.
    """
    reason, of = default, ""
    while frame is not None and frame.f_code.co_filename != recorder.program:
        if frame.f_code in recorder.fork_entries:
            frame = None
            break
        found = _look_up(frame)
        if found:
            if found[0] == _BOUNDARY:
                frame = None
                break
            # The worker runs a call of a function of the standard library, such as `time.sleep`,
            # which the program has submitted to the pool.
            if found[0] == "work" and reason in _IN_WORKER_CALL:
                frame = None
                break
            reason = found[0]
            if reason == _HIDDEN:
                return None
            subject: Any = frame.f_locals.get(found[1]) if found[1] else None
            of = _name(subject) if subject is not None else ""
            if reason == "idle":
                # The event loop waits, and not the line of the program that runs the loop.
                return reason, of, 0
        frame = frame.f_back
    return reason, of, (frame.f_lineno or 0) if frame else 0


# Qualified name of a coroutine of asyncio → the reason of a task that waits in this coroutine.
TASKS = {
    "Barrier.wait": "barrier",
    "Condition.wait": "condition",
    "Condition.wait_for": "condition",
    "Event.wait": "event",
    "Lock.acquire": "lock",
    "Process.wait": "process",
    "Process.communicate": "process",
    "Queue.get": "queue get",
    "Queue.join": "queue join",
    "Queue.put": "queue put",
    "Semaphore.acquire": "semaphore",
    "StreamReader._wait_for_data": "read",
    "StreamWriter.drain": "write",
    "StreamWriter.wait_closed": "I/O",
    "TaskGroup.__aexit__": "task group",
    "TaskGroup._aexit": "task group",  # since Python 3.14
    "_wait": "tasks",
    "_AsCompletedIterator._wait_for_one": "tasks",  # since Python 3.13
    "as_completed.<locals>._wait_for_one": "tasks",  # in Python 3.12
    "sleep": "sleep",
    "to_thread": "executor",
    "BaseEventLoop.create_connection": "connect",
    "BaseEventLoop.getaddrinfo": "I/O",
    "BaseEventLoop.sock_sendfile": "write",
    "BaseSelectorEventLoop.sock_accept": "accept",
    "BaseSelectorEventLoop.sock_connect": "connect",
    "BaseSelectorEventLoop.sock_recv": "read",
    "BaseSelectorEventLoop.sock_recv_into": "read",
    "BaseSelectorEventLoop.sock_recvfrom": "read",
    "BaseSelectorEventLoop.sock_recvfrom_into": "read",
    "BaseSelectorEventLoop.sock_sendall": "write",
    "BaseSelectorEventLoop.sock_sendto": "write",
    "Server.serve_forever": "accept",
    "_UnixSelectorEventLoop.create_unix_connection": "connect",
}

# The same for libraries: AnyIO, with which HTTPX waits, and websockets.
LIBRARY_TASKS: dict[str, dict[str, str]] = {
    "anyio": {"SocketStream.receive": "read", "SocketStream.send": "write"},
    "websockets": {
        "ClientConnection.handshake": "read",
        "Connection.close": "I/O",
        "Connection.drain": "write",
        "Connection.recv": "read",
        "Connection.recv_streaming": "read",
        "Connection.wait_closed": "I/O",
        "Server.serve_forever": "accept",
        "ServerConnection.handshake": "read",
    },
}

# The reasons of waits at a connection, whose other end `peers` names.
NETWORK = ("connect", "accept", "read", "write")
