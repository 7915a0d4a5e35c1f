r"""Reads the header of a snippet: PEP 723 metadata with a table of options for this package.

.. code-block:: python

    # /// script
    # requires-python = ">=3.14"
    # dependencies = ["fastapi", "httpx"]
    # [tool.runnable]
    # varies = ['\d+ updates lost']
    # interleaves = '^(\w+):'
    # exact = true
    # native = "The module faulthandler cannot start its watchdog thread in the browser."
    # timeline = false
    # timeout = 30
    # watch = ["ready", "timers"]
    # network = { latency = 0.05, bandwidth = 125_000 }
    # ///
"""

import contextlib
import keyword
import math
import platform
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from mkdocs_runnable.errors import RunnableError, nearest

DEFAULT_TIMEOUT_SECONDS = 10.0
_START = "# /// script"
_END = "# ///"
_TOP_LEVEL = ("dependencies", "requires-python", "tool")
_OPTIONS = ("exact", "interleaves", "native", "network", "timeline", "timeout", "varies", "watch")
_RENAMED = {"lanes": "interleaves"}  # old name → new name
# The most variables that `watch` may name. The tracer ignores further ones; see MOST_NAMES in
# runtime/python/runnable_tracer/header.py.
MOST_WATCHED = 4
_LONGEST_TIMEOUT_SECONDS = 600
# The limits of the option `network`. The browser ignores an option that exceeds them; see
# runtime/python/browser_runtime/network/settings.py.
LONGEST_LATENCY_SECONDS = 60
LEAST_BYTES_PER_SECOND = 1000


@dataclass(frozen=True)
class SlowNetwork:
    """How slow the network of a program is in the browser.

    Attributes:
        latency: How many seconds a packet takes from one end of a connection to the other.
        bandwidth: How many bytes each direction of a connection carries in a second, or None for
            any number.
    """

    latency: float = 0
    bandwidth: float | None = None


@dataclass(frozen=True)
class Header:
    """The declarations in the header of a snippet, or their defaults if it has no header.

    Attributes:
        requires_python: Version specifier such as ``>=3.14``; empty if every version will do.
        dependencies: Libraries that the program needs, apart from the standard library.
        varies: Text that may differ between two runs. Each match is masked, or only its groups if
            the pattern has groups.
        interleaves: Matching lines may interleave with each other. Only lines for which group 1
            captures the same text have to keep their order.
        exact: Whether durations such as ``0.2 s`` have to be equal in all runs, too. Otherwise,
            comparisons ignore them.
        native: Why the snippet does not run in the browser, or None if it does.
        timeline: Whether the program has a timeline. With None, it has one if something waits, if
            there are tasks or several threads, or if ``watch`` names variables; with true, it
            always has one. With false, runs are not traced, because tracing would distort what the
            program measures.
        watch: Global variables of the program whose contents the timeline shows.
        timeout: Time limit of one run in seconds, or None for the default.
        network: How slow the network of the program is in the browser, or None if data arrive
            immediately. On CPython, programs use the network of the machine.
        lines: Number of lines that the header takes at the top of the file, with the blank lines
            that follow it. 0 if there is code above the header.
    """

    requires_python: str = ""
    dependencies: tuple[str, ...] = ()
    varies: tuple[re.Pattern[str], ...] = ()
    interleaves: re.Pattern[str] | None = None
    exact: bool = False
    native: str | None = None
    timeline: bool | None = None
    watch: tuple[str, ...] = ()
    timeout: float | None = None
    network: SlowNetwork | None = None
    lines: int = 0

    def runs_on(self, version: str | None = None) -> bool:
        """Whether ``requires-python`` allows a version (default: that of this interpreter)."""
        version = version or platform.python_version()
        return SpecifierSet(self.requires_python).contains(version, prereleases=True)


def parse_header(source: str, where: str) -> Header:
    """Read the header of a snippet.

    Args:
        source: The whole file.
        where: The file's name in error messages.

    Raises:
        RunnableError: The file has two headers, or its header is not closed or not valid TOML, or
            has a wrong key, type or value.
    """
    lines = source.split("\n")
    starts = [number for number, line in enumerate(lines) if line.rstrip() == _START]
    if not starts:
        return Header()
    if len(starts) > 1:
        raise RunnableError(
            f"{where}:{starts[1] + 1}: a second '{_START}'; one file has one header."
        )
    start = starts[0]
    end = start + 1
    while end < len(lines) and lines[end].startswith("#") and lines[end].rstrip() != _END:
        end += 1
    if end == len(lines) or lines[end].rstrip() != _END:
        raise RunnableError(
            f"{where}:{start + 1}: the header is not closed. Expected comment lines and '{_END}'."
        )
    toml = [line[2:] if line.startswith("# ") else line[1:] for line in lines[start + 1 : end]]
    reader = _HeaderReader(toml, first_line=start + 2, where=where)
    after = end + 1
    while after < len(lines) and not lines[after].strip():
        after += 1
    # Lines above a header are code, which has to stay visible.
    return reader.header(lines=after if not any(line.strip() for line in lines[:start]) else 0)


class _HeaderReader:
    """Checks the TOML of one header. Every error names the file and the line.

    Args:
        toml: The lines of the header, without comment characters.
        first_line: Number of the first of these lines in the file.
        where: The file's name in error messages.
    """

    def __init__(self, toml: list[str], first_line: int, where: str) -> None:
        self._toml = toml
        self._first_line = first_line
        self._where = where

    def header(self, lines: int) -> Header:
        data = self._load()
        self._check_keys(data, _TOP_LEVEL)
        tool = data.get("tool", {})
        options = tool.get("runnable", {}) if isinstance(tool, dict) else {}
        if not isinstance(options, dict):
            raise self._error("runnable", "expected a table [tool.runnable]")
        self._check_keys(options, _OPTIONS)
        return Header(
            requires_python=self._requires_python(data),
            dependencies=tuple(self._strings(data, "dependencies")),
            varies=tuple(self._regex("varies", each) for each in self._strings(options, "varies")),
            interleaves=self._interleaves(options),
            exact="exact" in options and self._flag(options, "exact"),
            timeline=self._flag(options, "timeline") if "timeline" in options else None,
            watch=self._watch(options),
            native=self._native(options),
            timeout=self._timeout(options),
            network=self._network(options),
            lines=lines,
        )

    def _load(self) -> dict[str, Any]:
        try:
            return tomllib.loads("\n".join(self._toml))
        except tomllib.TOMLDecodeError as error:
            message = str(error)
            # tomllib puts the position of the error at the end of its message.
            position = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", message)
            last = len(self._toml)
            line = min(int(position[1]), last) if position and position[1] else last
            text = message[: position.start()] if position else message
            where = f"{self._where}:{self._first_line + line - 1}"
            raise RunnableError(f"{where}: the header is not valid TOML: {text}.") from None

    def _error(self, key: str, message: str) -> RunnableError:
        """Return an error with the line of a key, or with the first line if no line has the key."""
        message = message if message.endswith("?") else f"{message}."
        tables = r"(?:tool\.)?(?:runnable\.)?"
        pattern = re.compile(rf"""\s*\[?{tables}["']?{re.escape(key)}["']?\s*[\].=]""")
        for number, line in enumerate(self._toml):
            if pattern.match(line):
                return RunnableError(f"{self._where}:{self._first_line + number}: {message}")
        return RunnableError(f"{self._where}:{self._first_line}: {message}")

    def _check_keys(self, table: Mapping[str, Any], valid: tuple[str, ...]) -> None:
        for key in table:
            if key in _RENAMED:
                new = _RENAMED[key]
                raise self._error(key, f"the option '{key}' is now called '{new}'. Rename it")
            if key not in valid:
                hint = nearest(key, valid).rstrip(".")
                raise self._error(key, f"unknown key '{key}' in the header.{hint}")

    def _strings(self, table: Mapping[str, Any], key: str) -> list[str]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._error(key, f"{key}: expected a list of strings, but received: {value!r}")
        return value

    def _regex(self, key: str, pattern: str) -> re.Pattern[str]:
        try:
            return re.compile(pattern)
        except re.error as error:
            raise self._error(
                key, f"{key}: {pattern!r} is not a regular expression: {error}"
            ) from None

    def _requires_python(self, data: Mapping[str, Any]) -> str:
        value = data.get("requires-python", "")
        if isinstance(value, str):
            with contextlib.suppress(InvalidSpecifier):
                return str(SpecifierSet(value))
        raise self._error(
            "requires-python",
            f"requires-python: expected a version such as '>=3.13', but received: {value!r}",
        )

    def _interleaves(self, options: Mapping[str, Any]) -> re.Pattern[str] | None:
        key = "interleaves"
        value = options.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._error(key, f"{key}: expected a string, but received: {value!r}")
        pattern = self._regex(key, value)
        if not pattern.groups:
            raise self._error(
                key,
                f"{key}: {value!r} needs a group that captures, for example, the name of a thread: "
                "'^(\\w+):'",
            )
        return pattern

    def _flag(self, options: Mapping[str, Any], key: str) -> bool:
        value = options[key]
        if not isinstance(value, bool):
            raise self._error(key, f"{key}: expected true or false, but received: {value!r}")
        return value

    def _watch(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        names = self._strings(options, "watch")
        for name in names:
            if not name.isidentifier() or keyword.iskeyword(name):
                raise self._error("watch", f"watch: {name!r} is not the name of a variable")
        if len(names) > MOST_WATCHED:
            raise self._error(
                "watch", f"watch: expected at most {MOST_WATCHED} names, but received {len(names)}"
            )
        if names and options.get("timeline") is False:
            raise self._error(
                "watch", "watch: watched variables are part of the timeline, which is off"
            )
        return tuple(names)

    def _native(self, options: Mapping[str, Any]) -> str | None:
        value = options.get("native")
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self._error(
                "native", f"native: expected the reason as a sentence, but received: {value!r}"
            )
        return value

    def _timeout(self, options: Mapping[str, Any]) -> float | None:
        value = options.get("timeout")
        if value is None:
            return None
        if not _is_number(value) or not 0 < value <= _LONGEST_TIMEOUT_SECONDS:
            raise self._error(
                "timeout",
                f"timeout: expected seconds, above 0 and up to {_LONGEST_TIMEOUT_SECONDS}, "
                f"but received: {value!r}",
            )
        return float(value)

    def _network(self, options: Mapping[str, Any]) -> SlowNetwork | None:
        value = options.get("network")
        if value is None:
            return None
        if not isinstance(value, dict) or not value or not value.keys() <= {"latency", "bandwidth"}:
            raise self._error(
                "network",
                "network: expected latency, bandwidth or both, such as "
                f"{{ latency = 0.05, bandwidth = 125_000 }}, but received: {value!r}",
            )
        latency, bandwidth = value.get("latency", 0), value.get("bandwidth")
        if not _is_number(latency) or not 0 <= latency <= LONGEST_LATENCY_SECONDS:
            raise self._error(
                "network",
                f"network: expected a latency in seconds, from 0 to {LONGEST_LATENCY_SECONDS}, "
                f"but received: {latency!r}",
            )
        if bandwidth is not None and not (
            _is_number(bandwidth) and LEAST_BYTES_PER_SECOND <= bandwidth < math.inf
        ):
            raise self._error(
                "network",
                "network: expected a bandwidth in bytes per second, at least "
                f"{LEAST_BYTES_PER_SECOND}, but received: {bandwidth!r}",
            )
        return SlowNetwork(latency, bandwidth)


def _is_number(value: object) -> bool:
    """Return whether a value is a number in TOML. In Python, True and False are integers, too."""
    return isinstance(value, int | float) and not isinstance(value, bool)
