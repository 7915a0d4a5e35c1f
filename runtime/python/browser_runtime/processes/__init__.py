"""Processes: CPython's own `multiprocessing`, with a worker for each of them.

What processes share lies with the broker in the sandbox frame, as it lies with the kernel of an
operating system elsewhere; `browser_processes` talks to it.
"""

from pathlib import Path

from browser_runtime.processes import channels, files, modules, system

__all__ = ["begin", "install"]


def install() -> None:
    """Put everything in place that processes stand on."""
    system.install()
    modules.install()


def begin(program: Path) -> None:
    """Start a program with no process but its own."""
    channels.forget()
    files.begin(program)
