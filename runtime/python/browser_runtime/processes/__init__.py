"""Processes: CPython's own `multiprocessing`, with a worker for each of them.

What processes share lies with the broker in the sandbox frame, as it lies with the kernel of an
operating system elsewhere; `browser_processes` talks to it.
"""

from pathlib import Path

from browser_runtime.processes import channels, files, interpreters, modules, system

__all__ = ["begin", "install", "prepare"]


def prepare() -> None:
    """See to what the standard library imports, before it imports it."""
    modules.install()


def install() -> None:
    """Put the functions in place that tell processes apart, over those of threads."""
    system.install()


def begin(program: Path) -> None:
    """Start a program with no process but its own."""
    channels.forget()
    interpreters.forget()
    files.begin(program)
