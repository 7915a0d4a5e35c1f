"""Diagrams in docs/diagrams: all are used, and all share one style sheet.

``pytest --refresh`` writes the style sheet into the drawings.
"""

import re
from pathlib import Path

import pytest

from mkdocs_runnable.diagrams.drawing import read
from mkdocs_runnable.diagrams.markdown import is_diagram, load
from mkdocs_runnable.project import Project
from mkdocs_runnable.reference import with_fences
from tests.conftest import REPOSITORY

DOCS = Project(REPOSITORY).docs
DRAWINGS = sorted((DOCS / "diagrams").glob("*.svg"))
SHEET = (DOCS / "assets" / "diagrams.css").read_text(encoding="utf-8")
# At 390 px a page is 358 px wide; the smallest text is to be 11 px high there.
PHONE, SMALLEST = 358, 11
NARROWEST_TEXT = min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", SHEET))

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
def test_it_contains_the_shared_style_sheet(path: Path, *, refresh: bool) -> None:
    text = path.read_text(encoding="utf-8")
    style = f"<style>\n{SHEET}</style>"
    if refresh:
        text = re.sub(r"(\n  <style>.*</style>)?\n</svg>", "\n</svg>", text, flags=re.DOTALL)
        text = text.replace("\n</svg>", f"\n  {style}\n</svg>")
        path.write_text(text, encoding="utf-8")
    assert style in text


@each_drawing
def test_its_classes_are_in_the_style_sheet(path: Path) -> None:
    known = set(re.findall(r"\.([a-z][a-z-]*)\b", SHEET))
    assert classes(path) - known == set()


def test_every_class_of_the_style_sheet_is_used() -> None:
    defined = set(re.findall(r"\.([a-z][a-z-]*)\b", SHEET)) - {"diagram"}
    assert defined - set().union(*map(classes, DRAWINGS)) == set()


@each_drawing
def test_its_text_can_be_read_on_a_phone(path: Path) -> None:
    width = float(read(path, path.name).root.get("viewBox", "").split()[2])
    assert NARROWEST_TEXT * PHONE / width >= SMALLEST


@each_drawing
def test_it_says_in_words_what_it_shows(path: Path) -> None:
    drawing = read(path, path.name)
    assert drawing.title
    assert drawing.description.endswith(".")
