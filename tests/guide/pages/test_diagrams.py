"""Tests that the diagrams are used, share one style sheet, and show the right numbers.

``pytest --refresh`` writes the style sheet into the drawings, and draws the curves again.
"""

import re
import runpy
from collections.abc import Callable, Iterator
from math import factorial
from pathlib import Path

import pytest

from guide.tables.choices import load_choices
from mkdocs_runnable.diagrams.drawing import Drawing, read
from mkdocs_runnable.diagrams.markdown import is_diagram, load
from mkdocs_runnable.project import Project
from mkdocs_runnable.snippets.reference import with_fences
from tests.conftest import REPOSITORY

DOCS = Project.at(REPOSITORY).docs
DRAWINGS = sorted((DOCS / "diagrams").glob("*.svg"))
SHEET = (REPOSITORY / "guide" / "browser" / "theme" / "diagrams.css").read_text(encoding="utf-8")
# On a phone whose screen is 390 px wide, diagrams are 358 px wide. Their smallest text must be at
# least 11 px high there.
WIDTH_ON_PHONE, MIN_TEXT_HEIGHT = 358, 11
SMALLEST_FONT_SIZE = min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", SHEET))

CURVES: dict[str, Callable[[], str]] = runpy.run_path(str(DOCS / "diagrams" / "curves.py"))[
    "DRAWINGS"
]

each_drawing = pytest.mark.parametrize("path", DRAWINGS, ids=[path.stem for path in DRAWINGS])


def classes(path: Path) -> set[str]:
    root = read(path, path.name).root
    return {name for element in root.iter() for name in element.get("class", "").split()}


def test_every_diagram_is_on_a_page() -> None:
    used = {
        load(line, DOCS, page.relative_to(DOCS).as_posix())[1].name
        for page in DOCS.rglob("*.md")
        for line, place in with_fences(page.read_text(encoding="utf-8"))
        if place == "outside" and is_diagram(line)
    }
    assert [path.stem for path in DRAWINGS if path.stem not in used] == []


@each_drawing
def test_each_diagram_contains_the_shared_style_sheet(path: Path, *, refresh: bool) -> None:
    text = path.read_text(encoding="utf-8")
    style = f"<style>\n{SHEET}</style>"
    if refresh:
        text = re.sub(r"(\n  <style>.*</style>)?\n</svg>", "\n</svg>", text, flags=re.DOTALL)
        text = text.replace("\n</svg>", f"\n  {style}\n</svg>")
        path.write_text(text, encoding="utf-8")
    assert style in text


@each_drawing
def test_classes_of_each_diagram_are_in_the_style_sheet(path: Path) -> None:
    known = set(re.findall(r"\.([a-z][a-z-]*)\b", SHEET))
    assert classes(path) - known == set()


def test_every_class_of_the_style_sheet_is_used() -> None:
    # The class `diagram` belongs to the figure around a drawing, and is not part of the file.
    defined = set(re.findall(r"\.([a-z][a-z-]*)\b", SHEET)) - {"diagram"}
    assert defined - set().union(*map(classes, DRAWINGS)) == set()


@each_drawing
def test_the_text_of_each_diagram_is_legible_on_a_phone(path: Path) -> None:
    width = float(read(path, path.name).root.get("viewBox", "").split()[2])
    assert SMALLEST_FONT_SIZE * WIDTH_ON_PHONE / width >= MIN_TEXT_HEIGHT


@each_drawing
def test_each_diagram_has_a_title_and_a_description(path: Path) -> None:
    drawing = read(path, path.name)
    assert drawing.title
    assert drawing.description.endswith(".")


@pytest.mark.parametrize("name", CURVES)
def test_each_curve_is_the_one_that_the_script_draws(name: str, *, refresh: bool) -> None:
    path = DOCS / "diagrams" / f"{name}.svg"
    if refresh:
        path.write_text(CURVES[name](), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == CURVES[name]()


def labels(drawing: Drawing, axis: str) -> Iterator[tuple[float, float]]:
    """Yield the number of each label on an axis (x or y), and the position of its tick."""
    # Labels are centred below their ticks on the x axis. On the y axis they end at their ticks, and
    # their baseline is 4.5 units lower.
    alignment, offset = ("middle", 0.0) if axis == "x" else ("end", 4.5)
    for element in drawing.root.iter("text"):
        if element.get("class") == f"soft {alignment}":
            number = re.fullmatch(r"([\d.]+)( %)?", element.text or "")
            assert number
            yield float(number[1]), float(element.get(axis) or 0) - offset


def curves(drawing: Drawing) -> list[list[tuple[float, float]]]:
    """Calculate the values of each curve from its points and the labels of the axes."""
    (x0, left), *_, (x1, right) = labels(drawing, "x")
    (y0, low), *_, (y1, high) = labels(drawing, "y")
    found = []
    for line in drawing.root.iter("polyline"):
        points = [pair.split(",") for pair in line.get("points", "").split()]
        found.append(
            [
                (
                    x0 + (float(x) - left) / (right - left) * (x1 - x0),
                    y0 + (float(y) - low) / (high - low) * (y1 - y0),
                )
                for x, y in points
            ]
        )
    return found


def erlang_c(workers: int, load: float) -> float:
    """Return the probability that a job finds all workers busy (Erlang's C formula)."""
    all_busy = load**workers / factorial(workers) * workers / (workers - load)
    return all_busy / (sum(load**k / factorial(k) for k in range(workers)) + all_busy)


def test_the_curves_of_waits_follow_the_formula() -> None:
    """The curves show the mean wait, in job lengths, of one, two and ten workers (M/M/c queues)."""
    drawing = read(DOCS / "diagrams" / "queue-length.svg", "queue-length.svg")
    for workers, curve in zip((1, 2, 10), curves(drawing), strict=True):
        assert len(curve) == 96  # from 0 % to 95 %
        for number, (percent, wait) in enumerate(curve):
            busy = number / 100
            expected = erlang_c(workers, workers * busy) / (workers * (1 - busy))
            assert percent == pytest.approx(number, abs=0.05)
            assert wait == pytest.approx(expected, abs=0.01)


def test_the_curves_of_speedups_follow_the_formula() -> None:
    """The curves show Amdahl's law for programs of which these shares must run sequentially."""
    drawing = read(DOCS / "diagrams" / "amdahl.svg", "amdahl.svg")
    for serial, curve in zip((0.05, 0.10, 0.25, 0.50), curves(drawing), strict=True):
        assert len(curve) == 64  # from 1 core to 64 cores
        for number, (cores, gain) in enumerate(curve, start=1):
            assert cores == pytest.approx(number, abs=0.02)
            assert gain == pytest.approx(number / (number * serial + 1 - serial), abs=0.01)


def test_the_decision_chart_has_the_same_outcomes_as_the_table() -> None:
    rows = load_choices(DOCS / "how-to" / "choose.toml").rows
    drawing = read(DOCS / "diagrams" / "choose-a-model.svg", "choose-a-model.svg")
    outcomes = [
        element.text
        for element in drawing.root.iter()
        if "strong" in element.get("class", "").split()
    ]
    assert sorted(map(str, outcomes)) == sorted(row.choose for row in rows)
