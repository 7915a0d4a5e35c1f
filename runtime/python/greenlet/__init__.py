"""What programs know as greenlet, on stacks that the browser switches.

The library itself moves the processor's stack about in memory, which WebAssembly does not allow. It
behaves as documented at https://greenlet.readthedocs.io/, but for one thing: a suspended greenlet
that nobody refers to any more stays suspended, it is not ended by `GreenletExit`.
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
# Of the library whose interface this is.
__version__ = "3.5.6"

GREENLET_USE_CONTEXT_VARS = GREENLET_USE_TRACING = True
GREENLET_USE_GC = False

# Arguments to go on with, or an exception to raise.
type _Given = tuple[tuple[Any, ...], dict[str, Any], BaseException | None]
type _Trace = Callable[[str, "tuple[greenlet, greenlet]"], object]


class GreenletExit(BaseException):
    """Ends the greenlet it is raised in; its parent gets it as a value."""


class error(Exception):  # noqa: N801, N818 - the library's name
    """A switch that is not possible."""


class _Thread(threading.local):
    """What each thread knows of its greenlets."""

    def __init__(self) -> None:
        self.key = object()
        self.current: greenlet | None = None
        self.trace: _Trace | None = None


_thread = _Thread()


class greenlet:  # noqa: N801 - the library's name
    """A function that can be left in the middle of its calls, and gone back to.

    Args:
        run: what it calls when it is first switched to.
        parent: who goes on when it has ended; the current greenlet by default.
    """

    GreenletExit = GreenletExit
    error = error

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_context",
        "_dead",
        "_frame",
        "_given",
        "_origin",
        "_owner",
        "_parent",
        "_stack",
        "_started",
    )
    run: Callable[..., Any]
    _context: Context | None
    _dead: bool
    _frame: FrameType | None
    _given: _Given
    _origin: "greenlet | None"
    _owner: object
    _parent: "greenlet | None"
    _stack: _stacks.Stack
    _started: bool

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:  # noqa: ARG004
        """Subclasses need not call `__init__`."""
        self = super().__new__(cls)
        self._owner = _thread.key
        self._stack = _stacks.Stack()
        self._started = self._dead = False
        self._context = None
        self._frame = None
        self._given = (), {}, None
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
        """Go on there; return what this greenlet is given when it is switched to again.

        That is the argument of `switch` if it has one, else the tuple of them; with keyword
        arguments their dictionary, or both.

        Raises:
            error: the other greenlet belongs to another thread.
        """
        if not self._started:
            self.run  # noqa: B018 - raises AttributeError if there is nothing to run
        return _go(self, (args, kwargs, None))

    def throw(
        self,
        kind: Any = GreenletExit,
        value: Any = None,
        traceback: TracebackType | None = None,
        /,
    ) -> Any:
        """Go on there by raising an exception, given as by `raise` or by its type and value."""
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
            return _go(self, ((raised,), {}, None))
        return _go(self, ((), {}, raised))

    @property
    def parent(self) -> "greenlet | None":
        """The greenlet that goes on when this one has ended."""
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
        """Whether it has ended."""
        return self._dead

    def __bool__(self) -> bool:
        return self._started and not self._dead

    @property
    def gr_frame(self) -> FrameType | None:
        """Where it was left; None if it runs, has ended or has not begun."""
        return self._frame

    @property
    def gr_context(self) -> Context | None:
        """Its context variables; those of a greenlet that has not begun can be set."""
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
        told = " ".join(state for state, holds in states.items() if holds)
        kind = type(self)
        return f"<{kind.__module__}.{kind.__qualname__} object at {id(self):#x} {told}>"

    def __reduce__(self) -> str:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")

    def _begin(self, run: Callable[..., Any]) -> None:
        """Call `run`, as the first thing on a new stack, and then let the parent go on."""
        result: Any = None
        raised: BaseException | None = None
        try:
            args, kwargs = self._arrive()
            result = run(*args, **kwargs)
        except GreenletExit as caught:
            result = caught
        except BaseException as caught:
            raised = caught
        self._dead = True
        _proceed(self, self, ((result,), {}, raised))

    def _arrive(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Take over from the greenlet that has switched to this one; return what it gave."""
        _thread.current, self._frame = self, None
        args, kwargs, raised = self._given
        self._given = (), {}, None
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
    """What ran in the thread before there were greenlets."""


_Main.__name__ = _Main.__qualname__ = "greenlet"


def getcurrent() -> greenlet:
    """Return the greenlet that runs in this thread."""
    if _thread.current is None:
        _thread.current = _Main()
        _thread.current._started = True
    return _thread.current


greenlet.getcurrent = staticmethod(getcurrent)  # type: ignore[attr-defined]


def settrace(callback: _Trace | None) -> _Trace | None:
    """Let a function be called after each switch in this thread, as `("switch", (from, to))`.

    Returns:
        The one before.
    """
    before, _thread.trace = _thread.trace, callback
    return before


def gettrace() -> _Trace | None:
    """Return the function that is called after each switch."""
    return _thread.trace


def _heir(target: greenlet) -> greenlet:
    """Return who goes on in place of a greenlet that has ended: the main one never does."""
    while target._dead and target._parent is not None:
        target = target._parent
    return target


def _proceed(origin: greenlet, target: greenlet, given: _Given) -> None:
    """Let a greenlet go on or begin with what it is given, when the running one waits or ends."""
    while not (target := _heir(target))._started:
        target._started = True
        if given[2] is None:
            try:
                run = target.run
            except AttributeError as error:
                given = (), {}, error
            else:
                vars(target).pop("run", None)
                target._given, target._origin = given, origin
                target._context = target._context or Context()
                _stacks.start(partial(target._context.run, target._begin, run))
                return
        # It ends without having begun.
        target._dead = True
    target._given, target._origin = given, origin
    target._stack.resume()


def _go(target: greenlet, given: _Given) -> Any:
    """Leave the current greenlet for another; return what it is given when it goes on."""
    here = getcurrent()
    if target._owner is not here._owner:
        raise error("cannot switch to a different thread")
    if _heir(target) is here:
        here._given = given
    else:
        here._frame = sys._getframe(2)
        here._stack.wait(partial(_proceed, here, target, given))
    args, kwargs = here._arrive()
    if not kwargs:
        return args[0] if len(args) == 1 else args
    return (args, kwargs) if args else kwargs
