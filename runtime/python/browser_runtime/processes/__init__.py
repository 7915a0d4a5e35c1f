"""Runs CPython's own `multiprocessing`, with a web worker for each process.

The broker in the sandbox frame keeps what processes share, such as pipes and semaphores, as the
kernel of an operating system does elsewhere. The module `browser_processes`, which is written in
TypeScript, sends messages to the broker; see runtime/worker/links/process_link.ts.
"""

from pathlib import Path

from browser_runtime.processes import asking, channels, files, interpreters, modules, system

__all__ = ["begin", "install", "prepare"]


def prepare() -> None:
    """Replace modules of the standard library before a program can import them."""
    modules.install()


def install() -> None:
    """Replace the functions of `os` for processes, after those for threads have been replaced."""
    system.install()


def begin(program: Path) -> None:
    """Forget the pipes and interpreters of the last program, and prepare for the next one."""
    asking.forget()
    channels.forget()
    interpreters.forget()
    files.begin(program)
