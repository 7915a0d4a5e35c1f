"""Makes the text editions of pages: plain Markdown for language models and other programs.

The text edition of a page is at ``<page>/index.md``. Each marked link is replaced by what readers
of the page see in its place, which is a program with its recorded output, or a table. Pictures are
replaced by their descriptions, ids are removed, and links lead to other text editions.
"""

import json
import posixpath
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from markdown.extensions.attr_list import AttrListTreeprocessor

from mkdocs_runnable.diagrams.markdown import describe, is_diagram
from mkdocs_runnable.notebooks.outputs import fenced, to_markdown
from mkdocs_runnable.options import Policy
from mkdocs_runnable.pages.answers import (
    Answer,
    answer_of,
    parse_answer,
    split_condition,
)
from mkdocs_runnable.recording.policy import RecordingFinder
from mkdocs_runnable.snippets.dependencies import dependencies_of
from mkdocs_runnable.snippets.reference import is_marked, link, parse, resolve, with_fences
from mkdocs_runnable.snippets.snippet import Library, Snippet, published_path
from mkdocs_runnable.tables.markdown import Maker, is_table, make_table
from mkdocs_runnable.tables.pages import Pages

_LINK = re.compile(r"\]\((?P<path>[^)#\s:]+)(?P<anchor>#[^)\s]*)?\)")
_FENCE_OPTIONS = re.compile(r"^(\s*(?:`{3,}|~{3,}))\{\.(\w+)[^}]*\}")
_FIGURE = re.compile(r"<figure>.*?</figure>", re.DOTALL)
_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_HEADING = re.compile(r"#{1,6} ")
# A line with only an id, which the element above it gets.
_ID = re.compile(r"\s*\{:? *#[\w-]+ *\}\s*")
_PARTS_OF_PICTURE = re.compile(r"<(title|desc|figcaption)\b[^>]*>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True)
class TextEditions:
    """Makes text editions of pages.

    Attributes:
        docs: The folder of the pages.
        library: All snippets.
        tables: Name of a data file → the function that makes its table; see
            :mod:`mkdocs_runnable.tables.markdown`.
        recordings: ``required`` if a missing recording is an error; see :class:`RecordingFinder`.
    """

    docs: Path
    library: Library
    tables: Mapping[str, Maker] = field(default_factory=dict)
    recordings: Policy = "optional"

    def of_page(self, page: str, text: str, title: str, description: str) -> str:
        """Return the text edition of a Markdown page.

        Args:
            page: Path of the page within ``docs``.
            text: The Markdown of the page, without front matter.
            title: The heading, if the text begins with none.
            description: A summary, which is put below the heading.

        Raises:
            RunnableError: The page shows a snippet, table or diagram that cannot be found or used.
        """
        text = _PICTURE.sub(_describe, _FIGURE.sub(_describe, text))
        body = "\n".join(self._lines(page, text)).strip()
        return _with_head(body, title, description)

    def of_notebook(self, page: str, notebook: Path, title: str, description: str) -> str:
        """Return the text edition of a notebook: its text, its code and its outputs.

        Args:
            page: Path of the notebook within ``docs``.
            notebook: The notebook, with its outputs.
            title: The heading, if the text begins with none.
            description: A summary, which is put below the heading.

        Raises:
            RunnableError: A cell shows HTML that cannot be converted to Markdown.
        """
        parts = []
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                text = re.sub(r"\A---\n.*?\n---\n", "", source, flags=re.DOTALL).strip()
                parts.append(self._with_links(page, _without_ids(text)))
                continue
            if "hide-input" not in cell["metadata"].get("tags", []):
                parts.append(fenced(source, "python"))
            parts += [to_markdown(output) for output in cell["outputs"]]
            if alt := cell["metadata"].get("alt"):
                parts.append(f"[Picture: {alt}]")
        return _with_head("\n\n".join(part for part in parts if part), title, description)

    def _lines(self, page: str, text: str) -> Iterator[str]:
        answers: list[Answer] = []  # of the question that the next program answers
        for line, place in with_fences(text):
            if place == "opens":
                yield _FENCE_OPTIONS.sub(r"\1\2", line)
            elif place == "inside":
                yield line
            elif _ID.fullmatch(line):
                continue
            elif is_marked(line):
                snippet = resolve(parse(line), self.library, self.docs, page)
                indent = line[: len(line) - len(line.lstrip())]
                yield textwrap.indent(self._program(page, snippet, answers), indent)
                answers = []
            elif item := split_condition(line):
                answers.append(parse_answer(item))
                yield self._with_links(page, item.text)
            elif is_diagram(line):
                indent = line[: len(line) - len(line.lstrip())]
                yield indent + describe(line, self.docs, page)
            elif is_table(line):
                table = make_table(line, Pages(self.docs, page), self.tables)
                yield self._with_links(page, table.to_markdown().rstrip())
            else:
                yield self._with_links(page, _heading(line).replace(' markdown="1"', ""))

    def _program(self, page: str, snippet: Snippet, answers: list[Answer]) -> str:
        first, last = snippet.shown_lines()
        source = "\n".join(snippet.lines[first - 1 : last])
        recording = RecordingFinder(self.library, self.recordings).find(snippet)
        folder = posixpath.dirname(edition_path(page))
        where = posixpath.relpath(published_path(snippet.name), folder)
        name = link(f"{snippet.name}.py", where)
        parts = [f"Program {name}:", fenced(source, "python")]
        if needed := dependencies_of(snippet, self.library):
            parts.append(f"Needed libraries: {', '.join(needed)}.")
        if snippet.header.native:
            parts.append(f"Does not run in the browser: {snippet.header.native}")
        if recording is None:
            parts.append("Output: not recorded yet.")
        else:
            changed = ", recorded before the program was last changed"
            parts.append(f"Output{changed if recording.is_outdated else ''}:")
            parts.append(fenced(recording.transcript.to_text(), "text"))
        if answers and (match := answer_of(recording, answers, snippet.name)):
            parts.append(f"The run matches answer {match}.")
        return "\n\n".join(parts)

    @staticmethod
    def _with_links(page: str, text: str) -> str:
        """Make links to pages lead to text editions, as seen from the text edition of ``page``."""
        start = posixpath.dirname(edition_path(page))

        def relink(match: re.Match[str]) -> str:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page), match["path"]))
            target = edition_path(path) if path.endswith((".md", ".ipynb")) else path
            return f"]({posixpath.relpath(target, start or '.')}{match['anchor'] or ''})"

        return _LINK.sub(relink, text)


def edition_path(page: str) -> str:
    """Return the path of a text edition on the site, for the path of a page within ``docs``."""
    stem = page.rpartition(".")[0]
    return f"{stem}.md" if posixpath.basename(stem) == "index" else f"{stem}/index.md"


def _heading(line: str) -> str:
    """Remove the attributes of a heading: ``## Text { #id }`` → ``## Text``."""
    return AttrListTreeprocessor.HEADER_RE.sub("", line) if _HEADING.match(line) else line


def _without_ids(text: str) -> str:
    return "\n".join(
        _heading(line) if place == "outside" else line
        for line, place in with_fences(text)
        if place != "outside" or not _ID.fullmatch(line)
    )


def _with_head(body: str, title: str, description: str) -> str:
    heading, _, rest = body.partition("\n")
    if not heading.startswith("# "):
        heading, rest = f"# {title}", f"\n{body}"
    summary = f"\n> {' '.join(description.split())}\n" if description else ""
    return f"{heading}\n{summary}{rest}\n"


def _describe(match: re.Match[str]) -> str:
    """Replace a picture in HTML with its title, description and caption."""
    found = {name: _words(text) for name, text in _PARTS_OF_PICTURE.findall(match[0])}
    described = ". ".join(found[name].rstrip(".") for name in ("title", "desc") if name in found)
    caption = found.get("figcaption", "")
    return "\n\n".join(text for text in (f"[Picture: {described}.]", caption) if text)


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


@dataclass(frozen=True)
class ListedPage:
    """A page in ``llms.txt``, with the address of its text edition."""

    title: str
    address: str
    description: str


def llms_txt(name: str, summary: str, sections: list[tuple[str, list[ListedPage]]]) -> str:
    """Return the text of ``llms.txt``, which lists the pages of a site (https://llmstxt.org).

    Args:
        name: Name of the site.
        summary: A sentence about the site.
        sections: Title and pages of each section.
    """
    lines = [f"# {name}", "", f"> {' '.join(summary.split())}", ""]
    for title, pages in sections:
        lines += [f"## {title}", ""]
        lines += [f"- [{page.title}]({page.address}): {page.description}" for page in pages]
        lines.append("")
    return "\n".join(lines)
