"""The part of a process that another one has started: what happens before its own code runs."""

import os
import sys
import tempfile
from collections.abc import Mapping
from typing import NoReturn

from browser_runtime.processes import channels, files, system


def prepare(given: Mapping[str, bytes]) -> None:
    """Make the place in which the process is to run."""
    files.unpack(given)
    system.become_child()


def bootstrap(pickles: bytes, sentinel: int) -> NoReturn:
    """Run the process object in the pickles, as CPython does in a new interpreter.

    Raises:
        SystemExit: with its exit status.
    """
    from multiprocessing import spawn

    with tempfile.TemporaryFile() as file:
        file.write(pickles)
        file.seek(0)
        descriptor = os.dup(file.fileno())
    parent = channels.add(channels.known(sentinel), None)
    sys.exit(spawn._main(descriptor, parent))
