"""Describes the machine and the Python that run a notebook."""

import os
import platform
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Machine:
    """A machine, and its Python.

    Attributes:
        cores: How many cores a program may use.
        processor: The model of the processor; empty if it is unknown.
        python: Name and version of Python, such as ``CPython 3.13.0``.
        system: Name and version of the operating system, and the architecture.
    """

    cores: int
    processor: str
    python: str
    system: str

    @classmethod
    def this(cls) -> "Machine":
        """Return the machine that runs this program."""
        return cls(_cores(), _processor(), _python(), _system())

    def has_same_python(self, other: "Machine") -> bool:
        """Return whether the Pythons agree, apart from the last part of their versions."""
        return _without_patch(self.python) == _without_patch(other.python)


def _without_patch(python: str) -> str:
    """Remove the last part of a version: ``CPython 3.14.2 …`` → ``CPython 3.14 …``."""
    name, _, rest = python.partition(" ")
    version, space, build = rest.partition(" ")
    return f"{name} {version.rpartition('.')[0]}{space}{build}"


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    if _CPU_INFO.exists():
        for line in _CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    name = platform.processor()
    return name if name != platform.machine() else ""


def _python() -> str:
    build = " (free-threaded)" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return f"{platform.python_implementation()} {platform.python_version()}{build}"


def _system() -> str:
    name, release = platform.system(), platform.release()
    if name == "Darwin":
        name, release = "macOS", platform.mac_ver()[0]
    # A version such as 6.12.9-cloud-amd64 is shortened to its first two numbers. If the version is
    # unknown, there would be two spaces in its place.
    short = ".".join(release.split("-")[0].split(".")[:2])
    return f"{name} {short} ({platform.machine().replace('_', '-')})".replace("  ", " ")
