"""Python-Markdown extension: a paragraph that is one marked link becomes a runnable snippet.

.. code-block:: markdown

    [snippets/tea/brewing.py](../../snippets/tea/brewing.py){ .runnable section="cups" }

The extension works without MkDocs. The plugin sets its options, tells it which page is being
rendered, and collects its errors.
"""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from mkdocs_runnable.blocks import SOURCE_PRIORITY, MarkedBlock, SourceReader
from mkdocs_runnable.cache import Cache
from mkdocs_runnable.options import Options, parse_dependencies, parse_policy
from mkdocs_runnable.pages.comparison import ComparisonProcessor
from mkdocs_runnable.pages.questions import QuestionProcessor
from mkdocs_runnable.pages.renderer import PageRenderer, clear_placeholders
from mkdocs_runnable.recording.policy import RecordingFinder
from mkdocs_runnable.snippets.reference import MARK, PageContext, is_marked
from mkdocs_runnable.snippets.snippet import Library


class RunnableExtension(Extension):
    """Turns marked links into widgets, comparisons and questions.

    Its options are the folders ``snippets``, ``docs`` and ``cache``; ``recordings``, which is
    ``required`` or ``optional`` (see :class:`RecordingFinder`); ``dependencies``, the libraries
    that each program may import; and ``page``, a :class:`PageContext`.
    """

    def __init__(self, **options: Any) -> None:
        self.config = {
            "snippets": [Options.snippets, "Folder of the snippets"],
            "docs": ["docs", "Folder of the pages"],
            "cache": ["", "Folder of what is kept between two builds; empty to keep nothing"],
            "recordings": ["optional", "Whether each snippet has to be recorded: 'required' if so"],
            "dependencies": [[], "Libraries that each program may import, such as 'httpx'"],
            "page": [PageContext(), "The page being rendered"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the processors of this extension, and ``attr_list``.

        ``attr_list`` turns misplaced marks into classes, so that they can be found and reported.
        """
        md.registerExtension(self)
        md.registerExtensions(["attr_list"], {})
        # Python-Markdown would otherwise wrap the stashed HTML of these elements in a paragraph.
        md.block_level_elements += ["predict-question", "runnable-snippet", "timeline-compare"]
        dependencies = parse_dependencies(self.getConfig("dependencies"))
        self._renderer = renderer = PageRenderer(
            md,
            RecordingFinder(
                Library(Path(self.getConfig("snippets")), dependencies),
                parse_policy(self.getConfig("recordings")),
            ),
            Path(self.getConfig("docs")).absolute(),
            Cache(Path(folder) if (folder := self.getConfig("cache")) else None),
            self.getConfig("page"),
        )
        reader = SourceReader(md, renderer.read_source)
        md.preprocessors.register(reader, "runnable_lines", SOURCE_PRIORITY)
        # The numbers are priorities: the highest runs first.
        # Blocks: after code blocks and lists (at least 20), before paragraphs (10).
        widget = MarkedBlock(md.parser, is_marked, renderer.placeholder)
        md.parser.blockprocessors.register(widget, "runnable", 15)
        comparison = ComparisonProcessor(md.parser, renderer)
        md.parser.blockprocessors.register(comparison, "compare_timelines", 15)
        # Trees: questions before inline Markdown (20). Placeholders after MkDocs has collected
        # anchors (5). Misplaced marks after attr_list (8) has made classes of them.
        md.treeprocessors.register(QuestionProcessor(md, renderer), "runnable_questions", 30)
        md.treeprocessors.register(_ClearPlaceholders(md), "runnable_placeholders", 4.5)
        md.treeprocessors.register(_MisplacedMarks(md, renderer), "runnable_misplaced", 4)
        if dependencies:  # after Python-Markdown has put stashed HTML in its place (30)
            declaring = _DeclareDependencies(dependencies)
            md.postprocessors.register(declaring, "runnable_dependencies", 5)

    def reset(self) -> None:
        """Forget the previous page."""
        self._renderer.reset()


class _ClearPlaceholders(Treeprocessor):
    def run(self, root: Element) -> None:
        clear_placeholders(root)


class _DeclareDependencies(Postprocessor):
    """Adds the attribute ``data-dependencies`` to all elements that run programs.

    Playgrounds are HTML in the source of a page, so the attribute can only be added to the
    finished HTML.
    """

    _START = re.compile(r"<(?:runnable-snippet|runnable-playground|timeline-compare)\b")

    def __init__(self, dependencies: Sequence[str]) -> None:
        super().__init__()
        self._attribute = f' data-dependencies="{escape(" ".join(dependencies))}"'

    def run(self, text: str) -> str:
        return self._START.sub(lambda start: start[0] + self._attribute, text)


class _MisplacedMarks(Treeprocessor):
    """Reports marks that have no effect because they are not on a link in its own paragraph."""

    def __init__(self, md: Markdown, renderer: PageRenderer) -> None:
        super().__init__(md)
        self._renderer = renderer

    def run(self, root: Element) -> None:
        for element in root.iter():
            if MARK not in element.get("class", "").split():
                continue
            href = element.get("href")
            parts = (f"]({href}", f"](<{href}") if href else (f".{MARK}",)
            lines = (self._renderer.find_line_containing(part) for part in parts)
            line = next((each for each in lines if each), None)
            what = f"the link to {href}" if href else f"a mark on <{element.tag}>"
            self._renderer.report(
                f"{what} is marked .{MARK}, but is not a paragraph of its own. Expected, between "
                "blank lines: [snippets/topic/name.py](path/to/the/file.py){ .runnable }",
                line,
            )


def makeExtension(**options: Any) -> RunnableExtension:  # noqa: N802 - Python-Markdown's name
    """Return the extension; Python-Markdown calls this for ``mkdocs_runnable``."""
    return RunnableExtension(**options)
