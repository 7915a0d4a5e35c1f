"""Checks the SVG file of a drawing, and makes the HTML that shows it inside a page.

A drawing takes its colours and sizes from the classes of one style sheet that all drawings share.
The file contains a copy of that sheet, so that it can be viewed by itself. Pages load the sheet
once, so the copy is removed there.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from mkdocs_runnable.errors import RunnableError, nearest

ROOT_CLASS = "drawing"  # the style sheet applies to what is inside this class
_SVG = "{http://www.w3.org/2000/svg}"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LOCAL_URL = re.compile(r"url\(#([^)]*)\)")
_MARKERS = ("marker-end", "marker-mid", "marker-start")

_SHAPES = ("circle", "ellipse", "line", "path", "polygon", "polyline", "rect", "text", "tspan")
_PARTS = ("defs", "desc", "g", "marker", "style", "svg", "title", "use")
_ELEMENTS = frozenset((*_SHAPES, *_PARTS))
_PLACES = ("cx", "cy", "d", "dx", "dy", "points", "transform", "x", "x1", "x2", "y", "y1", "y2")
_SIZES = ("height", "markerHeight", "markerWidth", "r", "rx", "ry", "viewBox", "width")
_ATTRIBUTES = frozenset(
    (*_PLACES, *_SIZES, *_MARKERS, "class", "href", "id", "orient", "refX", "refY")
)
# Attributes that begin with one of these words would bypass the style sheet.
_LOOKS = ("style", "fill", "stroke", "color", "opacity", "font")


@dataclass(frozen=True)
class Drawing:
    """A checked SVG file.

    Attributes:
        name: Stem of the file. On a page, it is the prefix of all ids in the drawing.
        root: The ``<svg>`` element. Its tags and those of its descendants have no namespace.
    """

    name: str
    root: Element

    @property
    def title(self) -> str:
        """The short title that the file has when it is viewed by itself."""
        return _text_of(self.root, "title")

    @property
    def description(self) -> str:
        """The longer description, or an empty text."""
        return _text_of(self.root, "desc")

    def to_html(self, alternative: str) -> str:
        """Return the figure for a page.

        Args:
            alternative: The text alternative, which becomes the accessible name of the figure.
        """
        root = deepcopy(self.root)
        for child in list(root):
            if child.tag in ("desc", "style", "title"):
                root.remove(child)
        for element in root.iter():
            self._rename_ids(element)
            _trim(element)
        root.set("role", "img")
        named = {"title": alternative, "desc": self.description}
        for position, (tag, text) in enumerate(item for item in named.items() if item[1]):
            child = Element(tag, {"id": self._renamed(tag)})
            child.text = text
            root.insert(position, child)
        root.set("aria-labelledby", self._renamed("title"))
        if self.description:
            root.set("aria-describedby", self._renamed("desc"))
        svg = ElementTree.tostring(root, encoding="unicode")
        return f'<figure class="diagram">{svg}</figure>'

    def _rename_ids(self, element: Element) -> None:
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, self._renamed(value))
            elif name == "href":
                element.set(name, f"#{self._renamed(value[1:])}")
            elif name in _MARKERS:
                identifier = value.removeprefix("url(#").removesuffix(")")
                element.set(name, f"url(#{self._renamed(identifier)})")

    def _renamed(self, identifier: str) -> str:
        # Neither names nor ids contain two consecutive hyphens, so the result is unique.
        return f"{self.name}--{identifier}"


def read(path: Path, where: str) -> Drawing:
    """Read an SVG file and check that it can become part of a page.

    Args:
        path: The file.
        where: The file's name in error messages.

    Raises:
        RunnableError: There is no such file, or its name or its content is not allowed.
    """
    if path.suffix != ".svg" or not _NAME.fullmatch(path.stem):
        raise RunnableError(
            f"{where} cannot be a diagram. Expected an SVG file named in lower case, with single "
            "hyphens between words, such as task-states.svg."
        )
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        there = [each.name for each in path.parent.glob("*.svg")]
        raise RunnableError(f"there is no file {where}.{nearest(path.name, there)}") from None
    return parse(text, path.stem, where)


def parse(text: str, name: str, where: str) -> Drawing:
    """Check the text of an SVG file.

    Args:
        text: The text.
        name: Stem of the file.
        where: The file's name in error messages.

    Raises:
        RunnableError: The text contains something that is not allowed.
    """
    if "<!DOCTYPE" in text:
        raise RunnableError(f"{where} has a DOCTYPE. Remove it: entities could load other files.")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no DOCTYPE, so no entities
    except ElementTree.ParseError as error:
        raise RunnableError(f"{where} is not well-formed XML: {error}.") from None
    for element in root.iter():
        element.tag = str(element.tag).removeprefix(_SVG)
    if root.tag != "svg":
        raise RunnableError(
            f'{where}: expected <svg xmlns="http://www.w3.org/2000/svg" …> as the outermost '
            f"element, but received: <{root.tag}>."
        )
    problem = next(_problems(root), None)
    if problem:
        raise RunnableError(f"{where}: {problem}")
    return Drawing(name, root)


def _problems(root: Element) -> Iterator[str]:
    if not re.fullmatch(r"0 0 [\d.]+ [\d.]+", root.get("viewBox", "")):
        yield (
            'the <svg> needs viewBox="0 0 WIDTH HEIGHT", so that it can shrink on a phone; '
            f"received: {root.get('viewBox')!r}."
        )
    if root.get("class") != ROOT_CLASS:
        yield f'the <svg> needs class="{ROOT_CLASS}", which the style sheet refers to.'
    if not _text_of(root, "title"):
        yield "the <svg> needs a <title>, its name when the file is viewed by itself."
    identifiers: set[str] = set()
    references: list[str] = []
    for element in root.iter():
        if element.tag == "script":
            yield "a <script> could run in readers' pages. Remove it."
        if element.tag not in _ELEMENTS:
            yield f"<{element.tag}> is not used in diagrams.{nearest(element.tag, _ELEMENTS)}"
        for name, value in element.attrib.items():
            yield from _wrong_attribute(element.tag, name, value)
            if name == "href" or name in _MARKERS:
                references.append(value.removeprefix("url(").strip("#)"))
        identifier = element.get("id")
        if identifier is None:
            continue
        if not _NAME.fullmatch(identifier) or identifier in ("desc", "title"):
            yield (
                f"id={identifier!r}: expected lower case with single hyphens between words, and "
                "neither 'title' nor 'desc'."
            )
        if identifier in identifiers:
            yield f"id={identifier!r} occurs twice."
        identifiers.add(identifier)
    for reference in references:
        if reference not in identifiers:
            yield f"#{reference} refers to no id.{nearest(reference, identifiers)}"


def _wrong_attribute(tag: str, name: str, value: str) -> Iterator[str]:
    if name.startswith("on"):
        yield f"{name} on <{tag}> could run a script in readers' pages. Remove it."
    elif name.startswith(_LOOKS):
        yield (
            f"{name} on <{tag}> bypasses the themes. Give the element a class of the shared style "
            "sheet instead."
        )
    elif name.endswith("href") and not value.startswith("#"):
        yield f"<{tag}> refers to {value}, which is outside of the file. Draw it in the file."
    elif tag == "svg" and name in ("width", "height"):
        yield f"{name} on <svg> is not used in diagrams, because viewBox sets the size. Remove it."
    elif name not in _ATTRIBUTES:
        yield f"{name} on <{tag}> is not used in diagrams.{nearest(name, _ATTRIBUTES)}"
    elif name in _MARKERS and not _LOCAL_URL.fullmatch(value):
        yield f"{name} on <{tag}>: expected url(#id), but received: {value!r}."


def _text_of(root: Element, tag: str) -> str:
    return " ".join((root.findtext(tag) or "").split())


def _trim(element: Element) -> None:
    """Remove line breaks and indentation, which only make the file readable."""
    if not (element.text or "").strip():
        element.text = None
    if not (element.tail or "").strip():
        # A line break after a <tspan> is a space in the text that is shown.
        element.tail = " " if element.tag == "tspan" and element.tail else None
