"""The private names of CPython on which the explorer depends.

A new version of Python may rename or remove a private name at any time. All private names are
therefore looked up and checked here, once, so that a missing one is reported by its name when the
explorer is imported, rather than as an error in the middle of a run.
"""

import _thread
import asyncio
import queue
import sys
import threading
from asyncio import base_events, events
from collections.abc import Callable
from typing import Any

from runnable_tracer.required_names import require, require_instance_attributes

# The private names of `_thread` on which `threading` is built. `primitives` replaces them.
if sys.version_info >= (3, 13):
    require(
        _thread,
        *("_ThreadHandle", "_get_main_thread_ident", "_make_thread_handle", "_shutdown"),
        "start_joinable_thread",
    )
else:
    require(_thread, "_set_sentinel")
require(_thread, "_count", "_excepthook")

# What `program`, `replace` and `stacks` use of `threading` and `queue`.
require_instance_attributes(threading.Thread.__init__, "_target")
threading_internals = require(threading, "_shutdown")
queue_internals = require(queue, "_PySimpleQueue")

# What `loop`, `replace` and `stacks` use of asyncio.
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
require_instance_attributes(EventLoopPolicy.__init__, "_Local")
