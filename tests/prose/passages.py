"""Finds the prose in a file: in pages, notebooks, data files, programs and interface texts.

Everything else (code, addresses, tags) is replaced with a character that no word contains, so that
the words of a passage keep their positions and line numbers.
"""

import io
import json
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# Replaces each character that is not prose: Unicode's "object replacement character".
OBJECT = "\ufffc"

# Examples of how not to write, in a page about writing.
OFF = re.compile(r"<!-- style: off because \S.*?<!-- style: on -->", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# Fenced code, also in a list or a quotation. If the fence is not closed, it ends with the file.
FENCE = re.compile(
    r"^([ \t>]*)(`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t>]*\2[`~]*[ \t]*$|\Z)", re.DOTALL | re.M
)
# Code within a paragraph: `code` or ``code``.
CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
# Addresses, and the texts of links to snippets, which are paths of files.
LINK = re.compile(r"\[snippets/[^\]\n]*(?=\])|\]\([^)\n]*\)|https?://[^\s)>\]]+")
# Headings have ids, and answers of questions have conditions: `{ #id }`, `{ when='…' }`.
ATTRIBUTES = re.compile(r"\{:?\s*(?:[.#]|[\w-]+=)[^\n]*\}[ \t]*$", re.MULTILINE)
STYLE = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)
# Code of a Jinja template.
TEMPLATE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# Attributes whose text browsers show or screen readers read.
SHOWN = re.compile(r"""\b(?:alt|title|content|placeholder|aria-label)="([^"]*)\"""")


# The lines of a comment with their numbers, and whether no code is on the line where it begins.
type Comment = tuple[list[tuple[str, int]], bool]


@dataclass(frozen=True)
class Passage:
    """A stretch of prose whose words belong together: a paragraph, a comment, a text.

    Attributes:
        text: The prose; its lines are those of the file.
        lines: For each of these lines, its number in the file.
    """

    text: str
    lines: tuple[int, ...]

    def line(self, index: int) -> int:
        """Return the number of the line on which the character at this index of the text is."""
        return self.lines[self.text.count("\n", 0, index)]


def mask(text: str, *patterns: re.Pattern[str]) -> str:
    """Replace everything that the patterns match, except for line breaks."""
    for pattern in patterns:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", OBJECT, found[0]), text)
    return text


def paragraphs(text: str, first: int = 1) -> Iterator[Passage]:
    """Divide a text at its empty lines; ``first`` is the number of its first line in the file."""
    for found in re.finditer(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", text):
        start = first + text.count("\n", 0, found.start())
        yield Passage(found[0], tuple(range(start, start + found[0].count("\n") + 1)))


def mask_tag(found: re.Match[str]) -> str:
    """Mask a tag, except for the attributes in SHOWN."""
    tag = [OBJECT if character != "\n" else "\n" for character in found[0]]
    for shown in SHOWN.finditer(found[0]):
        tag[slice(*shown.span(1))] = shown[1]
    return "".join(tag)


def mask_inline(text: str) -> str:
    """Mask code, addresses, attributes and tags within paragraphs of Markdown."""
    return TAG.sub(mask_tag, mask(text, CODE, LINK, ATTRIBUTES))


def markdown(text: str) -> Iterator[Passage]:
    """Find the prose of a page, including its front matter."""
    yield from paragraphs(mask_inline(mask(text, OFF, COMMENT, FENCE)))


def html(text: str) -> Iterator[Passage]:
    """Find the prose of a template or a drawing."""
    yield from paragraphs(TAG.sub(mask_tag, mask(text, COMMENT, TEMPLATE, STYLE)))


def plain(text: str) -> Iterator[Passage]:
    """Treat the whole text of a settings file as prose."""
    yield from paragraphs(mask_inline(text))


def notebook(text: str) -> Iterator[Passage]:
    """Find the prose of a notebook; its lines have the numbers that they have in the file."""
    index = 0  # where the current line of a cell is in the file
    for cell in json.loads(text)["cells"]:
        lines = []
        for line in "".join(cell["source"]).splitlines(keepends=True):
            index = max(text.find(json.dumps(line, ensure_ascii=False), index), index)
            lines.append(text.count("\n", 0, index) + 1)
        find = markdown if cell["cell_type"] == "markdown" else python
        for passage in find("".join(cell["source"])):
            yield Passage(passage.text, tuple(lines[number - 1] for number in passage.lines))


TOML = re.compile(
    r"""(?P<comment>\#[^\n]*)|(?P<text>\"{3}(?:\\.|.)*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')""",
    re.DOTALL,
)


def toml(text: str) -> Iterator[Passage]:
    """Find the strings and comments of a data file."""
    for found in TOML.finditer(text):
        prose = found["comment"] or found["text"]
        yield from paragraphs(mask_inline(prose), text.count("\n", 0, found.start()) + 1)


# The tokens of TypeScript that matter here. Regular expressions are among them because a quotation
# mark in them begins no string; braces, because they show where code in a template ends.
SCRIPT = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<template>`)
    |(?P<regex>(?:(?<=[(,=:\[!&|?{};>])|(?<=return))\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/)
    |(?P<open>\{)|(?P<close>\})
    """,
    re.DOTALL | re.VERBOSE,
)
# The text of a template literal, up to its end or to `${`.
TEMPLATE_PART = re.compile(r"(?:\\.|[^`\\$]|\$(?!\{))*", re.DOTALL)


def script_tokens(text: str) -> Iterator[tuple[Literal["comment", "text"], tuple[int, int]]]:
    """Find the comments of TypeScript with their marks, and its string literals without quotes."""
    index = 0
    # How many braces are open: in the script itself, and in the code of each enclosing `${…}`.
    depths = [0]
    in_template = False
    while True:
        if in_template:
            found = TEMPLATE_PART.match(text, index)
            assert found  # The pattern also matches an empty text.
            yield "text", found.span()
            index = found.end()
            in_template = False
            if text.startswith("${", index):
                depths.append(0)
                index += 1
            index += 1
            continue
        token = SCRIPT.search(text, index)
        if not token:
            return
        index = token.end()
        if token["comment"]:
            yield "comment", token.span()
        elif token["text"]:
            yield "text", (token.start() + 1, token.end() - 1)
        elif token["template"]:
            in_template = True
        elif token["open"]:
            depths[-1] += 1
        elif token["close"] and depths[-1]:
            depths[-1] -= 1
        elif token["close"] and len(depths) > 1:
            depths.pop()
            in_template = True


def joined(text: str, spans: list[tuple[int, int]]) -> Passage:
    """Make one passage of literals that the program joins, and mask the code between them.

    Args:
        text: The text of the file.
        spans: Start and end of each literal in it, without quotes.
    """
    prose, lines = "", [text.count("\n", 0, spans[0][0]) + 1]
    for number, (start, end) in enumerate(spans):
        if number and text[spans[number - 1][1] : start].strip("\"'`+ \n\t"):
            prose += OBJECT
        elif number and (newlines := text.count("\n", spans[number - 1][1], start)):
            # The end of a line counts as a space; the literal before it ends with one already.
            prose += "\n"
            lines.append(lines[-1] + newlines)
        prose += text[start:end].replace("\\n", "  ")
        lines.extend(range(lines[-1] + 1, lines[-1] + 1 + text.count("\n", start, end)))
    return Passage(mask_inline(prose), tuple(lines))


def script(text: str) -> Iterator[Passage]:
    """Find the comments of TypeScript, and the string literals that readers may see."""
    tokens = list(script_tokens(text))
    yield from joined_comments(
        script_comment(text, *span) for kind, span in tokens if kind == "comment"
    )
    literals = [span for kind, span in tokens if kind == "text"]
    yield from without_names(script_literals(text, literals))


def script_comment(text: str, start: int, end: int) -> Comment:
    """Return a comment of TypeScript without its marks."""
    first = text.count("\n", 0, start) + 1
    is_alone = not text[text.rfind("\n", 0, start) + 1 : start].strip()
    prose = text[start:end].removeprefix("/**").removeprefix("/*").removesuffix("*/")
    lines = (
        each.strip().removeprefix("//").removeprefix("*").strip() for each in prose.split("\n")
    )
    return [(line, number) for number, line in enumerate(lines, start=first)], is_alone


def script_literals(text: str, literals: list[tuple[int, int]]) -> Iterator[Passage]:
    """Join the string literals of TypeScript that the program joins."""
    spans: list[tuple[int, int]] = []
    for start, end in literals:
        between = text[spans[-1][1] : start] if spans else ""
        if spans and not re.fullmatch(r"[\"'`]\s*\+\s*[\"'`]|\$\{[^\n]*\}", between):
            yield joined(text, spans)
            spans = []
        spans.append((start, end))
    if spans:
        yield joined(text, spans)


def without_names(found: Iterable[Passage]) -> Iterator[Passage]:
    """Leave out single words that begin with a lower-case letter, because they are names."""
    yield from (passage for passage in found if not NAME.fullmatch(passage.text))


# A name in the code. A single word that readers see begins with a capital letter.
NAME = re.compile(r"[^A-Z\s][^\s]*")
QUOTES = re.compile(r"(?s)([a-zA-Z]*)('''|\"\"\"|'|\")(.*)\2")
# Marks a part of the program that a page can show.
REGION = re.compile(r"#\s*(?:end)?region\b")
# Between two literals, these tokens do not end the expression that joins them.
IGNORED = {tokenize.NL, tokenize.COMMENT}


def python(text: str) -> Iterator[Passage]:
    """Find the comments, docstrings and other string literals of Python."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):  # A cell with notebook commands.
        return
    yield from joined_comments(python_comments(tokens))
    parts: list[tuple[str, int]] = []
    depth = 0  # how many f-strings the token is in
    for token in tokens:
        if token.type in IGNORED:
            continue
        if token.type == tokenize.FSTRING_START:
            depth += 1
        elif token.type == tokenize.FSTRING_END:
            depth -= 1
        elif token.type == tokenize.FSTRING_MIDDLE:
            parts.append((token.string.replace("\\n", "  "), token.start[0]))
        elif token.type == tokenize.STRING:
            found = QUOTES.fullmatch(token.string)
            if found and "r" not in found[1].lower():
                parts.append((found[3].replace("\\n", "  "), token.start[0]))
        elif depth:
            parts.append((OBJECT, token.start[0]))
        elif parts:
            yield from without_names(joined_parts(parts))
            parts = []


def joined_parts(parts: list[tuple[str, int]]) -> Iterator[Passage]:
    """Join parts of a text, each given with its line in the file, and yield the paragraphs."""
    prose, lines = "", [parts[0][1]]
    for text, line in parts:
        if line > lines[-1]:
            prose += "\n"
            lines.append(line)
        prose += text
        lines.extend(range(line + 1, line + 1 + text.count("\n")))
    masked = mask_inline(prose)
    for passage in paragraphs(masked):
        yield Passage(passage.text, tuple(lines[number - 1] for number in passage.lines))


def python_comments(tokens: list[tokenize.TokenInfo]) -> Iterator[Comment]:
    """Find the comments of Python, without their marks."""
    for token in tokens:
        if token.type == tokenize.COMMENT and not REGION.match(token.string):
            is_alone = not token.line[: token.start[1]].strip()
            yield [(token.string.lstrip("#").strip(), token.start[0])], is_alone


def joined_comments(comments: Iterable[Comment]) -> Iterator[Passage]:
    """Join comments on consecutive lines, except for those that follow code."""
    block: list[tuple[str, int]] = []
    for lines, is_alone in comments:
        if block and not (is_alone and lines[0][1] == block[-1][1] + 1):
            yield from joined_parts(block)
            block = []
        block += lines
        if not is_alone:
            yield from joined_parts(block)
            block = []
    if block:
        yield from joined_parts(block)


FORMATS: dict[str, Callable[[str], Iterator[Passage]]] = {
    ".html": html,
    ".ipynb": notebook,
    ".js": script,
    ".md": markdown,
    ".py": python,
    ".svg": html,
    ".toml": toml,
    ".ts": script,
    ".yml": plain,
}


def passages(path: Path) -> list[Passage]:
    """Return the prose of a file.

    Raises:
        ValueError: There is no rule for what is prose in a file of this kind.
    """
    find = FORMATS.get(path.suffix)
    if not find:
        raise ValueError(f"{path}: no rule says what is prose in a file of this kind.")
    return list(find(path.read_text(encoding="utf-8")))
