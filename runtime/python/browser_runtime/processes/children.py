"""The part of a process that another one has started: what happens before its own code runs."""

import os
import pickle
import sys
import tempfile
from collections.abc import Mapping
from typing import NoReturn

from browser_runtime import facts
from browser_runtime.processes import channels, files, interpreters, system
from browser_runtime.scheduling import scheduler


def prepare(given: Mapping[str, bytes]) -> None:
    """Make the place in which the process is to run."""
    files.unpack(given)
    system.become_child()


def bootstrap(pickles: bytes, sentinel: int) -> NoReturn:
    """Run the process object in the pickles, as CPython does in a new process.

    They may also begin with what makes it another interpreter of its parent.

    Raises:
        SystemExit: with its exit status.
    """
    start = pickle.loads(pickles)  # noqa: S301 - from the parent
    is_interpreter = "interpreter" in start
    if scheduler.watch:
        name = f"Interpreter {start['interpreter']}" if is_interpreter else start["name"]
        scheduler.watch.open(name)
    if is_interpreter:
        system.be_part_of(start["pid"])
        interpreters.bootstrap(start)
        sys.exit()
    from multiprocessing import spawn

    with tempfile.TemporaryFile() as file:
        file.write(pickles)
        file.seek(0)
        descriptor = os.dup(file.fileno())
    parent = channels.add(channels.known(sentinel), None)
    status = spawn._main(descriptor, parent)
    if files.have_changed():
        facts.files_diverged()
    sys.exit(status)
