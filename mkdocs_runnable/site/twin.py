"""The text edition of a page: plain Markdown for programs that read, at ``<page>/index.md``.

Marked links become what they stand for: programs with their recorded output, and tables. Pictures
become their descriptions, ids are left out, and links lead from one text edition to another.
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
from mkdocs_runnable.pages.answers import Answer, split, the_one
from mkdocs_runnable.pages.answers import parse as parse_answer
from mkdocs_runnable.recording.check import load_recording
from mkdocs_runnable.recording.outputs import fenced, to_markdown
from mkdocs_runnable.snippets.reference import is_marked, parse, resolve, with_fences
from mkdocs_runnable.snippets.snippet import Library, Snippet
from mkdocs_runnable.tables.markdown import Maker, is_table, make_table
from mkdocs_runnable.tables.pages import Pages

_LINK = re.compile(r"\]\((?P<path>[^)#\s:]+)(?P<anchor>#[^)\s]*)?\)")
_FENCE_OPTIONS = re.compile(r"^(\s*(?:`{3,}|~{3,}))\{\.(\w+)[^}]*\}")
_FIGURE = re.compile(r"<figure>.*?</figure>", re.DOTALL)
_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_HEADING = re.compile(r"#{1,6} ")
_ID = re.compile(r"\s*\{:? *#[\w-]+ *\}\s*")
_PARTS = re.compile(r"<(title|desc|figcaption)\b[^>]*>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True)
class Twins:
    """Makes twins of the pages in ``docs`` with the snippets of a library."""

    docs: Path
    library: Library
    # By the name of the data; see mkdocs_runnable/tables/markdown.py.
    tables: Mapping[str, Maker] = field(default_factory=dict)

    def of_page(self, page: str, text: str, title: str, description: str) -> str:
        """Return the twin of a Markdown page.

        Args:
            page: Its path within ``docs``.
            text: Its Markdown, without front matter.
            title: Used as the heading where the text has none.
            description: Follows the heading.

        Raises:
            RunnableError: The page shows what is not there.
        """
        text = _PICTURE.sub(_describe, _FIGURE.sub(_describe, text))
        body = "\n".join(self._lines(page, text)).strip()
        return _with_head(body, title, description)

    def of_notebook(self, page: str, executed: Path, title: str, description: str) -> str:
        """Return the twin of an executed notebook: its text, code, and what that shows.

        Raises:
            RunnableError: It shows what cannot be said in Markdown.
        """
        parts = []
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]:
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
        asked: list[Answer] = []
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
                yield textwrap.indent(self._program(page, snippet, asked), indent)
                asked = []
            elif answer := split(line):
                asked.append(parse_answer(answer))
                yield self._with_links(page, answer.text)
            elif is_diagram(line):
                indent = line[: len(line) - len(line.lstrip())]
                yield indent + describe(line, self.docs, page)
            elif is_table(line):
                table = make_table(line, Pages(self.docs, page), self.tables)
                yield self._with_links(page, table.to_markdown().rstrip())
            else:
                yield self._with_links(page, _heading(line).replace(' markdown="1"', ""))

    def _program(self, page: str, snippet: Snippet, asked: list[Answer]) -> str:
        first, last = snippet.shown_lines()
        source = "\n".join(snippet.lines[first - 1 : last])
        output = snippet.recording_path.read_text(encoding="utf-8")
        where = posixpath.relpath(f"snippets/{snippet.name}.py", posixpath.dirname(address(page)))
        parts = [f"Program [`{snippet.name}.py`]({where}):", fenced(source, "python")]
        if snippet.header.native:
            parts.append(f"Does not run in the browser: {snippet.header.native}")
        parts += ["Output:", fenced(output, "text")]
        if asked:
            held = the_one(asked, load_recording(snippet, self.library), snippet.name)
            parts.append(f"The run matches answer {held}.")
        return "\n\n".join(parts)

    @staticmethod
    def _with_links(page: str, text: str) -> str:
        start = posixpath.dirname(address(page))

        def relink(match: re.Match[str]) -> str:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(page), match["path"]))
            target = address(path) if path.endswith((".md", ".ipynb")) else path
            return f"]({posixpath.relpath(target, start or '.')}{match['anchor'] or ''})"

        return _LINK.sub(relink, text)


def address(page: str) -> str:
    """Return the path of a twin on the site, for the path of a page within ``docs``."""
    stem = page.rpartition(".")[0]
    return f"{stem}.md" if posixpath.basename(stem) == "index" else f"{stem}/index.md"


def _heading(line: str) -> str:
    """Drop the attributes of a heading: ``## Text { #id }`` → ``## Text``."""
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
    """Say in words what a picture says."""
    found = {name: _words(text) for name, text in _PARTS.findall(match[0])}
    described = ". ".join(found[name].rstrip(".") for name in ("title", "desc") if name in found)
    caption = found.get("figcaption", "")
    return "\n\n".join(text for text in (f"[Picture: {described}.]", caption) if text)


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


@dataclass(frozen=True)
class Listed:
    """One page in ``llms.txt``: its title, where its twin is, what it is about."""

    title: str
    address: str
    description: str


def llms_txt(name: str, summary: str, sections: list[tuple[str, list[Listed]]]) -> str:
    """Return ``llms.txt``: what the site is, and its pages by section (https://llmstxt.org)."""
    lines = [f"# {name}", "", f"> {' '.join(summary.split())}", ""]
    for title, pages in sections:
        lines += [f"## {title}", ""]
        lines += [f"- [{page.title}]({page.address}): {page.description}" for page in pages]
        lines.append("")
    return "\n".join(lines)
