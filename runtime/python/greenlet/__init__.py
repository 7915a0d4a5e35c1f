"""The interface of the library greenlet, implemented with the browser's stack switching.

The original library copies parts of the processor's stack, which WebAssembly does not allow. This
implementation behaves as documented at https://greenlet.readthedocs.io/, with one exception: a
suspended greenlet that is no longer referenced stays suspended, instead of being ended by
`GreenletExit`.
"""

import sys
import threading
from collections.abc import Callable
from contextvars import Context
from functools import partial
from types import FrameType, TracebackType
from typing import Any, Self

from greenlet import _stacks

__all__ = ["GreenletExit", "error", "getcurrent", "gettrace", "greenlet", "settrace"]
# The version of the library whose interface this package has.
__version__ = "3.5.6"

# What this implementation supports, with the library's names.
GREENLET_USE_CONTEXT_VARS = GREENLET_USE_TRACING = True
GREENLET_USE_GC = False

# What a greenlet resumes with: positional and keyword arguments, or an exception to raise.
type _Message = tuple[tuple[Any, ...], dict[str, Any], BaseException | None]
type _Trace = Callable[[str, "tuple[greenlet, greenlet]"], object]


class GreenletExit(BaseException):
    """Ends the greenlet in which it is raised; the parent receives it as a value."""


class error(Exception):  # noqa: N801, N818 - the library's name
    """Raised when a switch is not possible."""


class _ThreadState(threading.local):
    """The state of the greenlets of one thread."""

    def __init__(self) -> None:
        # An object that identifies the thread.
        self.key = object()
        self.current: greenlet | None = None
        self.trace: _Trace | None = None


_thread = _ThreadState()


class greenlet:  # noqa: N801 - the library's name
    """A function whose call can be suspended at any depth and resumed later.

    Args:
        run: the function, which is called at the first switch to this greenlet.
        parent: the greenlet that resumes when this one has ended; by default the current greenlet.
    """

    GreenletExit = GreenletExit
    error = error

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_context",
        "_dead",
        "_frame",
        "_message",
        "_origin",
        "_owner",
        "_parent",
        "_stack",
        "_started",
    )
    run: Callable[..., Any]
    _context: Context | None
    _dead: bool
    # Where it is suspended.
    _frame: FrameType | None
    # What it resumes with next.
    _message: _Message
    # The greenlet that has switched to it.
    _origin: "greenlet | None"
    # The key of its thread; see `_ThreadState`.
    _owner: object
    _parent: "greenlet | None"
    _stack: _stacks.Stack
    _started: bool

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:  # noqa: ARG004
        """Initialise the state here, because subclasses need not call `__init__`."""
        self = super().__new__(cls)
        self._owner = _thread.key
        self._stack = _stacks.Stack()
        self._started = self._dead = False
        self._context = None
        self._frame = None
        self._message = (), {}, None
        self._origin = None
        self._parent = None if cls is _Main else getcurrent()
        return self

    def __init__(
        self, run: Callable[..., Any] | None = None, parent: "greenlet | None" = None
    ) -> None:
        if run is not None:
            self.run = run
        if parent is not None:
            self.parent = parent

    def switch(self, *args: Any, **kwargs: Any) -> Any:
        """Switch to this greenlet, and pass the arguments to it.

        Returns:
            The arguments of the `switch` that later resumes the calling greenlet. A single
            positional argument is returned as it is, several of them as a tuple, keyword arguments
            as a dictionary, and both kinds as a tuple and a dictionary.

        Raises:
            error: this greenlet belongs to another thread.
        """
        if not self._started:
            self.run  # noqa: B018 - raises AttributeError if there is nothing to run
        return _switch(self, (args, kwargs, None))

    def throw(
        self,
        kind: Any = GreenletExit,
        value: Any = None,
        traceback: TracebackType | None = None,
        /,
    ) -> Any:
        """Switch to this greenlet and raise an exception there.

        Args:
            kind: the exception, or its class.
            value: the exception or the arguments of the class, if `kind` is a class.
            traceback: a traceback to attach to the exception, or None.

        Returns:
            As `switch`.
        """
        raised: BaseException
        if isinstance(kind, BaseException):
            if value is not None:
                raise TypeError("instance exception may not have a separate value")
            raised = kind
        elif isinstance(kind, type) and issubclass(kind, BaseException):
            given = () if value is None else value if isinstance(value, tuple) else (value,)
            raised = value if isinstance(value, kind) else kind(*given)
        else:
            raise TypeError(f"exceptions must be classes, or instances, not {type(kind).__name__}")
        if traceback is not None:
            if not isinstance(traceback, TracebackType):
                raise TypeError("throw() third argument must be a traceback object")
            raised = raised.with_traceback(traceback)
        if not self._started:
            self.run  # noqa: B018 - raises AttributeError if there is nothing to run
            self._started = self._dead = True
        if self._dead and isinstance(raised, GreenletExit):
            return _switch(self, ((raised,), {}, None))
        return _switch(self, ((), {}, raised))

    @property
    def parent(self) -> "greenlet | None":
        """The greenlet that resumes when this one has ended."""
        return self._parent

    @parent.setter
    def parent(self, parent: "greenlet") -> None:
        if not isinstance(parent, greenlet):
            raise TypeError(
                f"GreenletChecker: Expected any type of greenlet, not {type(parent).__name__}"
            )
        if isinstance(self, _Main):
            raise AttributeError("cannot set the parent of a main greenlet")
        above: greenlet | None = parent
        while above is not None:
            if above is self:
                raise ValueError("cyclic parent chain")
            above = above._parent
        if parent._owner is not self._owner:
            raise ValueError("parent cannot be on a different thread")
        self._parent = parent

    @property
    def dead(self) -> bool:
        """Whether this greenlet has ended."""
        return self._dead

    def __bool__(self) -> bool:
        return self._started and not self._dead

    @property
    def gr_frame(self) -> FrameType | None:
        """The frame in which this greenlet is suspended; None if it is not suspended."""
        return self._frame

    @property
    def gr_context(self) -> Context | None:
        """The context for context variables, which can be set before this greenlet starts."""
        return self._context

    @gr_context.setter
    def gr_context(self, context: Context | None) -> None:
        if self._started:
            raise ValueError("the context of a greenlet that has started cannot be changed here")
        self._context = context

    def __repr__(self) -> str:
        states = {
            "dead": self._dead,
            "current": self is _thread.current,
            "suspended": bool(self) and self is not _thread.current,
            "active": bool(self),
            "pending": not self._started,
            "started": bool(self),
            "main": isinstance(self, _Main),
        }
        true_states = " ".join(name for name, is_true in states.items() if is_true)
        kind = type(self)
        return f"<{kind.__module__}.{kind.__qualname__} object at {id(self):#x} {true_states}>"

    def __reduce__(self) -> str:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")

    def _begin(self, run: Callable[..., Any]) -> None:
        """Call `run` at the bottom of a new stack, then resume the parent."""
        result: Any = None
        raised: BaseException | None = None
        try:
            args, kwargs = self._receive()
            result = run(*args, **kwargs)
        except GreenletExit as caught:
            result = caught
        except BaseException as caught:
            raised = caught
        self._dead = True
        # The target is this greenlet, which has ended, so `_resume` resumes its parent instead.
        _resume(self, self, ((result,), {}, raised))

    def _receive(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Become the current greenlet after a switch; return the arguments that were passed.

        Raises:
            BaseException: the exception that was passed, or one that the trace function raises.
        """
        _thread.current, self._frame = self, None
        args, kwargs, raised = self._message
        self._message = (), {}, None
        origin, self._origin = self._origin, None
        if origin is not None and _thread.trace is not None:
            try:
                _thread.trace("throw" if raised else "switch", (origin, self))
            except BaseException:
                _thread.trace = None
                raise
        if raised is not None:
            raise raised
        return args, kwargs


class _Main(greenlet):
    """The main greenlet of a thread, which runs all code outside of other greenlets."""


_Main.__name__ = _Main.__qualname__ = "greenlet"


def getcurrent() -> greenlet:
    """Return the current greenlet of this thread."""
    if _thread.current is None:
        _thread.current = _Main()
        _thread.current._started = True
    return _thread.current


greenlet.getcurrent = staticmethod(getcurrent)  # type: ignore[attr-defined]


def settrace(callback: _Trace | None) -> _Trace | None:
    """Set the function that is called after each switch in this thread.

    Args:
        callback: called with `"switch"` or `"throw"` and the tuple `(origin, target)`; None removes
            the present function.

    Returns:
        The previous function.
    """
    before, _thread.trace = _thread.trace, callback
    return before


def gettrace() -> _Trace | None:
    """Return the function that is called after each switch in this thread."""
    return _thread.trace


def _nearest_alive(target: greenlet) -> greenlet:
    """Return the greenlet itself, or its nearest ancestor that has not ended.

    The main greenlet never ends.
    """
    while target._dead and target._parent is not None:
        target = target._parent
    return target


def _resume(origin: greenlet, target: greenlet, message: _Message) -> None:
    """Resume or start a greenlet as soon as the running stack is suspended or ends.

    Args:
        origin: the greenlet that switches.
        target: the greenlet to switch to. If it has ended, its parent takes its place.
        message: what the greenlet resumes with.
    """
    while not (target := _nearest_alive(target))._started:
        target._started = True
        if message[2] is None:
            try:
                run = target.run
            except AttributeError as error:
                message = (), {}, error
            else:
                vars(target).pop("run", None)
                target._message, target._origin = message, origin
                target._context = target._context or Context()
                _stacks.start(partial(target._context.run, target._begin, run))
                return
        # An exception that is thrown into a greenlet before its start ends it.
        target._dead = True
    target._message, target._origin = message, origin
    target._stack.resume()


def _switch(target: greenlet, message: _Message) -> Any:
    """Suspend the current greenlet and resume another one.

    Returns:
        What the current greenlet later resumes with, in the form that `greenlet.switch` describes.
    """
    here = getcurrent()
    if target._owner is not here._owner:
        raise error("cannot switch to a different thread")
    if _nearest_alive(target) is here:
        here._message = message
    else:
        here._frame = sys._getframe(2)  # The frame that has called `switch` or `throw`.
        here._stack.suspend(partial(_resume, here, target, message))
    args, kwargs = here._receive()
    if not kwargs:
        return args[0] if len(args) == 1 else args
    return (args, kwargs) if args else kwargs
