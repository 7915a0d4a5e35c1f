"""The private names of CPython that this package uses or replaces.

This module leaves out those of `processes`, and those of modules that are imported only by programs
that need them, such as `ctypes`. These names are checked when such a module is imported.

`check` runs when the runtime is installed, which happens when the site is built. A Python without
one of the names is therefore reported by name and version, before it reaches a reader. The names
are those of Python 3.14.
"""

import _thread
import asyncio
import atexit
import bdb
import locale
import logging
import selectors
import sys
import threading
import weakref
import zipimport
from asyncio import base_events, events, timeouts, unix_events

from runnable_tracer.required_names import require, require_instance_attributes


def check() -> None:
    """Check that this version of Python has all private names that the runtime needs.

    Raises:
        ImportError: a name does not exist in this version of Python.
    """
    # Replaced by `primitives.threads`, so `threading` has to use them.
    require(
        _thread,
        *("_ThreadHandle", "_count", "_excepthook", "_get_main_thread_ident", "_local"),
        *("_make_thread_handle", "_shutdown", "start_joinable_thread"),
    )
    # Called or replaced in several places.
    require(threading, "_shutdown")
    require(atexit, "_run_exitfuncs")
    require(sys, "_current_frames", "_getframe")
    require(asyncio, "_get_running_loop", "_set_running_loop")
    # Replaced or extended by `scheduling.event_loop`.
    require(events, "_BaseDefaultEventLoopPolicy", "_event_loop_policy")
    require(unix_events, "_DefaultEventLoopPolicy")
    require(base_events.BaseEventLoop, "_check_closed")
    require(
        unix_events._UnixSelectorEventLoop,
        *("_close_self_pipe", "_make_self_pipe", "_process_events", "_write_to_self"),
    )
    require_instance_attributes(unix_events._UnixSelectorEventLoop.__init__, "_signal_handlers")
    require_instance_attributes(selectors._PollLikeSelector.__init__, "_selector")
    require_instance_attributes(base_events.BaseEventLoop.__init__, "_clock_resolution")
    # Read by `scheduling.stepping`.
    require_instance_attributes(
        base_events.BaseEventLoop.__init__, "_ready", "_scheduled", "_thread_id"
    )
    require(events.Handle, "_args", "_callback")
    require(asyncio.Task, "_fut_waiter", "_source_traceback")
    require_instance_attributes(timeouts.Timeout.__init__, "_task")
    # Restored by `state` after each program.
    require(weakref.finalize, "_registered_with_atexit", "_registry", "_shutdown")
    # Set by `begin`.
    require(logging, "_startTime")
    # Replaced by `regional.locales`.
    require(locale, "_setlocale")
    # Replaced by `trace_hooks`.
    require(sys, "_setprofileallthreads", "_settraceallthreads")
    require(bdb.Bdb, "_set_caller_tracefunc")
    # Wrapped by `library`.
    require(zipimport, "_get_data", "_read_directory")
