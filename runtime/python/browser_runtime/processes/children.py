"""Starts a child process in its worker, up to the point where its own code runs."""

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
    """Write the files of the parent process, and set up the handler of Ctrl+C."""
    files.unpack(contents)
    system.become_child()


def bootstrap(pickles: bytes, sentinel: int) -> NoReturn:
    """Run a child process as CPython does after `spawn`, or an interpreter of the parent process.

    Args:
        pickles: the preparation data and the process object, or the data of the interpreter.
        sentinel: number of the channel that closes when the parent process ends.

    Raises:
        SystemExit: always, with the exit status.
    """
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
