"""What is expected of CPython's tests in the page, and whether a run has met it."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

type Outcome = Literal["passed", "failed", "skipped", "excluded"]

# A line that in_page.py prints: what has happened, a test, and perhaps a reason.
_LINE = re.compile(r"^\[conformance\] (\w+) ([^\s(]+(?: \([^)]*\))?)(?:  (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Group:
    """Tests that are not run, and why.

    Attributes:
        reason: The reason, for readers of the repository.
        tests: The names of tests, of classes or of modules.
        counts: Whether the tests count as failures, because a network in the page could pass them.
    """

    reason: str
    tests: tuple[str, ...]
    counts: bool


@dataclass(frozen=True)
class Expectations:
    """The content of expected.toml.

    Attributes:
        modules: Module → how many of its tests pass at least.
        groups: The tests that are not run.
        skips: The beginnings of the reasons for which tests may skip themselves.
    """

    modules: dict[str, int]
    groups: tuple[Group, ...]
    skips: tuple[str, ...] = ()

    def is_counted(self, test: str) -> bool:
        """Return whether an excluded test counts as a failure."""
        return any(
            group.counts and any(f"{test}.".startswith(f"{name}.") for name in group.tests)
            for group in self.groups
        )


def read(path: Path) -> Expectations:
    """Read expected.toml."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    groups = tuple(
        Group(each["reason"], tuple(each["tests"]), each.get("counts", False))
        for each in data["excluded"]
    )
    skips = tuple(text for each in data["skipped"] for text in each["texts"])
    return Expectations(data["modules"], groups, skips)


@dataclass
class ModuleResult:
    """How the tests of one module ended.

    Attributes:
        name: The name of the module.
        outcomes: Test → how it ended.
        reasons: How many tests have skipped themselves for each reason.
        is_complete: Whether the last test has ended.
    """

    name: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    is_complete: bool = False

    def count(self, outcome: Outcome) -> int:
        """Count the tests that ended in this way."""
        return sum(each == outcome for each in self.outcomes.values())


def parse(name: str, output: str) -> ModuleResult:
    """Read what in_page.py has printed about a module."""
    result = ModuleResult(name)
    for word, test, reason in _LINE.findall(output):
        if word == "done":
            result.is_complete = True
        elif word in ("passed", "failed", "skipped", "excluded"):
            # If several lines are about the same test and one of them says that it failed, it has.
            if result.outcomes.get(test) != "failed":
                result.outcomes[test] = word
            if word == "skipped":
                result.reasons[reason] += 1
    return result


def faults(results: Iterable[ModuleResult], expected: Expectations) -> list[str]:
    """Return what is not as it should be, one sentence for each fault."""
    found: list[str] = []
    for result in results:
        found += [f"{test} fails." for test, how in result.outcomes.items() if how == "failed"]
        if not result.is_complete:
            last = list(result.outcomes)[-1:] or ["the first test"]
            found.append(f"{result.name} did not end; the last result is that of {last[0]}.")
        found += [
            f"{number} tests of {result.name} skip themselves for an unknown reason: {reason!r}."
            for reason, number in result.reasons.items()
            if not reason.startswith(expected.skips)
        ]
        least = expected.modules[result.name]
        if result.is_complete and result.count("passed") < least:
            found.append(
                f"{result.name} has passed {result.count('passed')} tests; it should pass {least}."
            )
    return found


def share(results: Iterable[ModuleResult], expected: Expectations) -> float:
    """Return the share of the tests that pass, of those that this network could pass.

    The latter are the tests that pass or fail, and the excluded tests that count as failures.
    """
    passed = failed = 0
    for result in results:
        passed += result.count("passed")
        failed += result.count("failed") + sum(
            how == "excluded" and expected.is_counted(test) for test, how in result.outcomes.items()
        )
    return passed / (passed + failed) if passed + failed else 0.0
