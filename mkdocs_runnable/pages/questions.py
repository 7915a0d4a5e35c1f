"""Questions above a snippet: an ordered list whose items say when they hold.

It belongs to the next snippet on the page, whose recording has to bear out exactly one answer.
The HTML is that list; ``runtime/page/question/question.ts`` lets readers choose and judges their
own runs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.answers import Answer, Item, parse, split, the_one
from mkdocs_runnable.recording.recordings import Transcript
from mkdocs_runnable.snippets.reference import with_fences


class OnPage(Protocol):
    """What is known of the page that is being rendered."""

    def source(self) -> str:
        """Its Markdown, in which problems are to be found."""

    def recording(self, element: Element) -> tuple[str, Transcript] | None:
        """Name and recording of the snippet that a paragraph stands for."""

    def report(self, message: str, line: int | None) -> None:
        """Tell what is wrong, and where."""


@dataclass
class _Question:
    parent: Element
    ol: Element
    line: int | None
    answers: list[Answer]


class QuestionProcessor(Treeprocessor):
    """Has to run before inline Markdown, which would take regular expressions apart."""

    def __init__(self, md: Markdown, page: OnPage) -> None:
        super().__init__(md)
        self._page = page

    def run(self, root: Element) -> None:
        """Turn the questions of a page into what scripts know as such."""
        take_line = _line_finder(self._page.source())
        asked: _Question | None = None
        for parent, child in list(_walk(root)):
            if child.tag == "ol" and (items := _items(child)):
                self._must_have_followed(asked)
                asked = self._read(parent, child, items, take_line)
            elif asked and (recorded := self._page.recording(child)):
                self._join(asked, parent, child, *recorded)
                asked = None
        self._must_have_followed(asked)

    def _must_have_followed(self, asked: _Question | None) -> None:
        if asked:
            self._page.report("this question needs a snippet below it that answers it.", asked.line)

    def _read(
        self,
        parent: Element,
        ol: Element,
        items: list[Item | None],
        take_line: Callable[[str], int | None],
    ) -> _Question | None:
        answers: list[Answer] = []
        first: int | None = None
        for number, (li, item) in enumerate(zip(ol, items, strict=True), 1):
            line = take_line(item.attributes) if item else None
            first = first or line
            try:
                if item is None:
                    raise RunnableError(f"answer {number} has no condition: {{ when='…' }}.")
                answers.append(parse(item))
            except RunnableError as error:
                self._page.report(str(error), line or first)
                continue
            _set_text(li, item.text)
        if len(answers) < len(items):
            return None
        if len(answers) == 1:
            self._page.report("a question needs at least two answers.", first)
            return None
        return _Question(parent, ol, first, answers)

    def _join(
        self,
        asked: _Question,
        parent: Element,
        paragraph: Element,
        name: str,
        recording: Transcript,
    ) -> None:
        try:
            held = the_one(asked.answers, recording, name)
        except RunnableError as error:
            self._page.report(str(error), asked.line)
            return
        question = Element("predict-question", {"data-for": paragraph.get("id", "")})
        question.set("data-recorded", str(held))
        fieldset = SubElement(question, "fieldset")
        SubElement(fieldset, "legend").text = "Predict"
        for li, answer in zip(asked.ol, asked.answers, strict=True):
            li.set("data-when", answer.when)
            for bound in ("below", "above"):
                if (value := getattr(answer, bound)) is not None:
                    li.set(f"data-{bound}", f"{value:g}")
        _replace(asked.parent, asked.ol, question)
        fieldset.append(asked.ol)
        program = Element("div", {"class": "predict-program"})
        _replace(parent, paragraph, program)
        program.append(paragraph)
        result = SubElement(program, "p", {"class": "predict-result"})
        result.text = f"The run matches answer {held}."


def _walk(element: Element) -> Iterator[tuple[Element, Element]]:
    """Yield each element within another and its parent, in the order of the page."""
    for child in element:
        yield element, child
        yield from _walk(child)


def _replace(parent: Element, old: Element, new: Element) -> None:
    parent[list(parent).index(old)] = new
    new.tail, old.tail = old.tail, None


def _items(ol: Element) -> list[Item | None]:
    """The answers of a list; empty if it is no question."""
    items = [split(_text(li)) for li in ol]
    return items if any(items) else []


def _text(li: Element) -> str:
    # Blank lines between items make paragraphs of them.
    return (li[0].text if len(li) == 1 and li[0].tag == "p" else li.text) or ""


def _set_text(li: Element, text: str) -> None:
    for child in list(li):
        li.remove(child)
    li.text = text


def _line_finder(source: str) -> Callable[[str], int | None]:
    """Return what finds the line of each condition, once."""
    lines = [
        (number, item.attributes)
        for number, (line, place) in enumerate(with_fences(source), 1)
        if place == "outside" and (item := split(line))
    ]

    def take(attributes: str) -> int | None:
        for index, (number, found) in enumerate(lines):
            if found == attributes:
                del lines[index]
                return number
        return None

    return take
