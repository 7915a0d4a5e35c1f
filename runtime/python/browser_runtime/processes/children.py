"""Starts a child process, or an interpreter, in the worker that runs it."""

import os
import pickle
import sys
import tempfile
from collections.abc import Mapping
from typing import NoReturn

from browser_runtime import facts
from browser_runtime.processes import channels, files, interpreters, system
from browser_runtime.processes.cpython_internals import require_module
from browser_runtime.scheduling import scheduler


def prepare(contents: Mapping[str, bytes]) -> None:
    """Write the files that the parent process has sent, and set up the handler of Ctrl+C.

    Args:
        contents: the contents of the files, by path.
    """
    files.unpack(contents)
    system.become_child()


def bootstrap(pickles: bytes, sentinel: int) -> NoReturn:
    """Run a child process as CPython does after `spawn`, or an interpreter of the parent process.

    Args:
        pickles: the preparation data and the process object of `multiprocessing`, or the
            dictionary that `interpreters` makes for a new interpreter.
        sentinel: number of the channel that closes when the parent process ends. An interpreter
            does not use it.

    Raises:
        SystemExit: always, with the exit status.
    """
    # The first of the two pickles, or the only one.
    start = pickle.loads(pickles)  # noqa: S301 - from the parent
    is_interpreter = "interpreter" in start
    if scheduler.observer:
        name = f"Interpreter {start['interpreter']}" if is_interpreter else start["name"]
        scheduler.observer.open(name)
    if is_interpreter:
        system.be_part_of(start["pid"])
        interpreters.bootstrap(start)
        sys.exit()
    from multiprocessing import spawn

    with tempfile.TemporaryFile() as file:
        file.write(pickles)
        file.seek(0)
        descriptor = os.dup(file.fileno())
    parent = channels.add(channels.shared_channel(sentinel), None)
    status = require_module(spawn)._main(descriptor, parent)
    if files.have_changed():
        facts.files_diverged()
    sys.exit(status)
