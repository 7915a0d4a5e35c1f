"""Tests that the waits on the page about limits are those that queueing theory predicts.

The page and its table give the average time that a job waits for a free worker, in job lengths. It
depends on the number of workers, and on the share of the time during which they are busy.
"""

import re

import pytest

from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY

PROJECT = Project.at(REPOSITORY)
PAGE = PROJECT.docs / "explanation/limits.md"
TABLE = (REPOSITORY / "snippets/limits/waiting.out").read_text(encoding="utf-8")
# The waits in the text of the page, by the number of workers, if these are busy 90 % of the time.
AT_90_PERCENT = {1: 9.0, 2: 4.26, 8: 0.88, 10: 0.67}


def wait(workers: int, busy: float) -> float:
    """Return the average wait in job lengths, from the probability of each number of jobs present.

    The program on the page uses Erlang's formula instead. This calculation only uses that, in the
    long run, the number of jobs rises from n to n + 1 as often as it falls from n + 1 to n.
    """
    arrivals = workers * busy
    weights = [1.0]
    # More than 3,000 jobs are practically never present.
    for present in range(1, 3000):
        weights.append(weights[-1] * arrivals / min(present, workers))
    waiting = sum(
        weight * max(0, present - workers) for present, weight in enumerate(weights)
    ) / sum(weights)
    return waiting / arrivals  # Little's law


def table() -> dict[tuple[int, float], float]:
    """Return the waits that the program calculates, by number of workers and share of busy time."""
    _, header, *lines = TABLE.partition("simulated")[0].splitlines()
    workers = [int(number) for number in re.findall(r"(\d+) worker", header)]
    found = {}
    for line in lines:
        busy, *waits = line.replace("%", "").split()
        for count, value in zip(workers, waits, strict=True):
            found[count, int(busy) / 100] = float(value)
    return found


def test_the_table_has_all_columns() -> None:
    assert {workers for workers, _ in table()} == set(AT_90_PERCENT)
    assert len(table()) == 20


@pytest.mark.parametrize(("workers", "busy"), list(table()))
def test_the_waits_in_the_table_are_right(workers: int, busy: float) -> None:
    assert table()[workers, busy] == pytest.approx(wait(workers, busy), abs=0.006)


@pytest.mark.parametrize(("workers", "expected"), AT_90_PERCENT.items())
def test_the_waits_at_90_percent_are_right(workers: int, expected: float) -> None:
    assert wait(workers, 0.9) == pytest.approx(expected, abs=0.006)
    assert table()[workers, 0.9] == expected


def test_the_text_has_the_same_waits() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert (
        "from 9.00 job lengths with one worker to 4.26 with two, 0.88 with eight and 0.67 with ten"
        in text
    )
