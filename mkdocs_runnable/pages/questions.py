"""Questions above a snippet: ordered lists of answers, each with a condition on the output.

A question belongs to the next snippet on the page. The recording of the snippet has to match
exactly one answer. The HTML is the list itself, so it is complete without scripts.
``runtime/page/question/question.ts`` lets readers choose an answer, and compares the answer with
their own runs.

If the snippet is not recorded yet, or if its recording is outdated and does not match exactly one
answer, only the reader's own run can show which answer is right. If the snippet does not run in
browsers either, the question stays an ordinary list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from mkdocs_runnable.blocks import LineFinder
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.answers import (
    Answer,
    Item,
    answer_of,
    parse_answer,
    split_condition,
)
from mkdocs_runnable.pages.renderer import PageRenderer, ShownSnippet
from mkdocs_runnable.snippets.reference import with_fences


@dataclass
class _Question:
    """A question that has been read, and belongs to the next snippet on the page.

    Attributes:
        parent: The element that contains the list.
        ol: The list of answers.
        line: Line of the first answer on the page, or None if it is unknown.
        answers: The conditions of the answers, in order.
    """

    parent: Element
    ol: Element
    line: int | None
    answers: list[Answer]


class QuestionProcessor(Treeprocessor):
    """Turns questions into the custom element ``<predict-question>``.

    It has to run before inline Markdown is converted, because characters such as ``*`` in a regular
    expression would otherwise be read as Markdown.
    """

    def __init__(self, md: Markdown, renderer: PageRenderer) -> None:
        super().__init__(md)
        self._renderer = renderer

    def run(self, root: Element) -> None:
        """Replace each question on the page, together with the snippet that answers it."""
        lines = _condition_lines(self._renderer.source)
        pending: _Question | None = None
        for parent, child in list(_walk(root)):
            if child.tag == "ol" and (items := _items(child)):
                self._report_unanswered(pending)
                pending = self._read(parent, child, items, lines)
            elif pending and (shown := self._renderer.snippet_at(child)):
                self._join(pending, parent, child, shown)
                pending = None
        self._report_unanswered(pending)

    def _report_unanswered(self, pending: _Question | None) -> None:
        if pending:
            problem = "this question needs a snippet below it that answers it."
            self._renderer.report(problem, pending.line)

    def _read(
        self,
        parent: Element,
        ol: Element,
        items: list[Item | None],
        lines: LineFinder,
    ) -> _Question | None:
        """Read the conditions of a list, or return None after reporting what is wrong with them."""
        answers: list[Answer] = []
        first: int | None = None
        for number, (li, item) in enumerate(zip(ol, items, strict=True), 1):
            line = lines.find(item.attributes) if item else None
            first = first or line
            try:
                if item is None:
                    raise RunnableError(
                        f"answer {number} needs a condition, such as {{ when='…' }}."
                    )
                answers.append(parse_answer(item))
            except RunnableError as error:
                self._renderer.report(str(error), line or first)
                continue
            _set_text(li, item.text)
        if len(answers) < len(items):
            return None
        if len(answers) == 1:
            self._renderer.report("a question needs at least two answers.", first)
            return None
        return _Question(parent, ol, first, answers)

    def _join(
        self,
        question: _Question,
        parent: Element,
        paragraph: Element,
        shown: ShownSnippet,
    ) -> None:
        """Put the question and the snippet into the elements that scripts look for.

        Args:
            question: The question.
            parent: The element that contains the snippet.
            paragraph: The placeholder of the snippet.
            shown: The snippet.
        """
        try:
            match = answer_of(shown.recording, question.answers, shown.snippet.name)
        except RunnableError as error:
            self._renderer.report(str(error), question.line)
            return
        if match is None and shown.snippet.header.native:
            return
        element = Element("predict-question", {"data-for": paragraph.get("id", "")})
        if match is not None:
            element.set("data-recorded", str(match))
        fieldset = SubElement(element, "fieldset")
        SubElement(fieldset, "legend").text = "Predict"
        for li, answer in zip(question.ol, question.answers, strict=True):
            li.set("data-when", answer.when)
            for bound in ("below", "above"):
                if (value := getattr(answer, bound)) is not None:
                    li.set(f"data-{bound}", f"{value:g}")
        _replace(question.parent, question.ol, element)
        fieldset.append(question.ol)
        program = Element("div", {"class": "predict-program"})
        _replace(parent, paragraph, program)
        program.append(paragraph)
        result = SubElement(program, "p", {"class": "predict-result"})
        if match is not None:
            result.text = f"The run matches answer {match}."


def _walk(element: Element) -> Iterator[tuple[Element, Element]]:
    """Yield all descendants of an element, each after its parent, in the order of the page."""
    for child in element:
        yield element, child
        yield from _walk(child)


def _replace(parent: Element, old: Element, new: Element) -> None:
    """Put a new element in the place of an old one, before the text that follows the old one."""
    parent[list(parent).index(old)] = new
    new.tail, old.tail = old.tail, None


def _items(ol: Element) -> list[Item | None]:
    """Return the items of a list, None for those without a condition; empty if none has one."""
    items = [split_condition(_text(li)) for li in ol]
    return items if any(items) else []


def _text(li: Element) -> str:
    # If there are blank lines between the items, each item contains a paragraph.
    return (li[0].text if len(li) == 1 and li[0].tag == "p" else li.text) or ""


def _set_text(li: Element, text: str) -> None:
    for child in list(li):
        li.remove(child)
    li.text = text


def _condition_lines(source: str) -> LineFinder:
    """Return a finder for the lines of the page on which the conditions of answers are."""
    return LineFinder(
        (number, item.attributes)
        for number, (line, place) in enumerate(with_fences(source), 1)
        if place == "outside" and (item := split_condition(line))
    )
