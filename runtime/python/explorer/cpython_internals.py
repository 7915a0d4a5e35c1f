"""The private names of CPython on which the explorer depends.

A new version of Python may rename or remove a private name at any time. All private names are
therefore looked up and checked here, once, so that a missing one is reported by its name when the
explorer is imported, rather than as an error in the middle of a run.

The package `runnable_tracer` has a module like this one. They are separate because the explorer
runs on its own: in the browser it is loaded only for the programs that need it.
"""

import _thread
import asyncio
import queue
import sys
import threading
from asyncio import base_events, events
from collections.abc import Callable
from operator import attrgetter
from typing import Any


def require(owner: Any, *names: str) -> Any:
    """Check that a module or class has these attributes.

    Args:
        owner: the module or class.
        names: the attributes; a name may contain dots.

    Returns:
        The owner, of which the type checker then accepts any attribute.

    Raises:
        ImportError: an attribute does not exist in this version of Python.
    """
    for name in names:
        try:
            attrgetter(name)(owner)
        except AttributeError:
            raise _missing(f"{owner.__name__}.{name}") from None
    return owner


def require_instance_attributes(method: Callable[..., Any], *names: str) -> None:
    """Check that a method of the standard library uses these attributes.

    Attributes that only instances have can be checked in this way without creating an instance.

    Raises:
        ImportError: the method does not use an attribute in this version of Python.
    """
    for name in names:
        if name not in method.__code__.co_names:
            raise _missing(f"{method.__qualname__.rpartition('.')[0]}.{name}")


def _missing(name: str) -> ImportError:
    version = sys.version.partition(" ")[0]
    return ImportError(f"Python {version} has no {name}, on which the explorer depends.")


# The functions on which `threading` is built. `primitives` replaces them.
if sys.version_info >= (3, 13):
    require(
        _thread,
        *("_ThreadHandle", "_get_main_thread_ident", "_make_thread_handle", "_shutdown"),
        "start_joinable_thread",
    )
else:
    require(_thread, "_set_sentinel")
require(_thread, "_count", "_excepthook")
require_instance_attributes(threading.Thread.__init__, "_target")
threading_internals = require(threading, "_shutdown")
queue_internals = require(queue, "_PySimpleQueue")

# The attributes that `loop` sets or overrides.
require(base_events.BaseEventLoop, "_process_events", "_run_once", "_write_to_self")
require_instance_attributes(base_events.BaseEventLoop.__init__, "_clock_resolution", "_ready")
require_instance_attributes(base_events.BaseEventLoop._run_once, "_selector")  # type: ignore[attr-defined]
require(events.Handle, "_callback", "_cancelled")
events_internals = require(events, "_event_loop_policy")
get_running_loop: Callable[[], asyncio.AbstractEventLoop | None] = events._get_running_loop

# Policies have been deprecated since Python 3.14, in which the name of the class became private.
_POLICY = "_BaseDefaultEventLoopPolicy"
if sys.version_info < (3, 14):
    _POLICY = "BaseDefaultEventLoopPolicy"
EventLoopPolicy: Any = getattr(require(events, _POLICY), _POLICY)
require_instance_attributes(EventLoopPolicy.new_event_loop, "_loop_factory")
