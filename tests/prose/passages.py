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

OFF = re.compile(r"<!-- style: off because \S.*?<!-- style: on -->", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
FENCE = re.compile(
    r"^([ \t>]*)(`{3,}|~{3,})[^\n]*\n.*?(?:^[ \t>]*\2[`~]*[ \t]*$|\Z)", re.DOTALL | re.M
)
CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
# The text of a link to a snippet is the path of a file.
LINK = re.compile(r"\[snippets/[^\]\n]*(?=\])|\]\([^)\n]*\)|https?://[^\s)>\]]+")
# Headings have ids, and answers of questions have conditions: `{ #id }`, `{ when='…' }`.
ATTRIBUTES = re.compile(r"\{:?\s*(?:[.#]|[\w-]+=)[^\n]*\}[ \t]*$", re.MULTILINE)
STYLE = re.compile(r"<(style|script)\b.*?</\1>", re.DOTALL)
TEMPLATE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
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

    def line(self, place: int) -> int:
        """Return the number of the line on which the character at ``place`` is."""
        return self.lines[self.text.count("\n", 0, place)]


def mask(text: str, *patterns: re.Pattern[str]) -> str:
    """Replace everything that the patterns match, except for line breaks."""
    for pattern in patterns:
        text = pattern.sub(lambda found: re.sub(r"[^\n]", OBJECT, found[0]), text)
    return text


def paragraphs(text: str, first: int = 1) -> Iterator[Passage]:
    """Divide a text at its empty lines."""
    for found in re.finditer(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", text):
        start = first + text.count("\n", 0, found.start())
        yield Passage(found[0], tuple(range(start, start + found[0].count("\n") + 1)))


def mask_tag(found: re.Match[str]) -> str:
    """Mask a tag, except for attributes that browsers show or screen readers read."""
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
    """Find the prose of a notebook; lines are those of the file, as `git diff` shows them."""
    place = 0
    for cell in json.loads(text)["cells"]:
        lines = []
        for line in "".join(cell["source"]).splitlines(keepends=True):
            place = max(text.find(json.dumps(line, ensure_ascii=False), place), place)
            lines.append(text.count("\n", 0, place) + 1)
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
TEMPLATE_PART = re.compile(r"(?:\\.|[^`\\$]|\$(?!\{))*", re.DOTALL)


def script_tokens(text: str) -> Iterator[tuple[Literal["comment", "text"], tuple[int, int]]]:
    """Find the comments of TypeScript with their marks, and its string literals without quotes."""
    place, depths = 0, [0]
    in_template = False
    while True:
        if in_template:
            found = TEMPLATE_PART.match(text, place)
            assert found  # The pattern also matches an empty text.
            yield "text", found.span()
            place = found.end()
            in_template = False
            if text.startswith("${", place):
                depths.append(0)
                place += 1
            place += 1
            continue
        token = SCRIPT.search(text, place)
        if not token:
            return
        place = token.end()
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
    """Make one passage of literals that the program joins, and mask the code between them."""
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
PASSED_OVER = {tokenize.NL, tokenize.COMMENT}


def python(text: str) -> Iterator[Passage]:
    """Find the comments, docstrings and other string literals of Python."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):  # A cell with notebook commands.
        return
    yield from joined_comments(python_comments(tokens))
    parts: list[tuple[str, int]] = []
    depth = 0
    for token in tokens:
        if token.type in PASSED_OVER:
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
            yield from without_names(in_parts(parts))
            parts = []


def in_parts(parts: list[tuple[str, int]]) -> Iterator[Passage]:
    """Make one passage of a literal's parts, each with the line on which it begins."""
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
            yield from in_parts(block)
            block = []
        block += lines
        if not is_alone:
            yield from in_parts(block)
            block = []
    if block:
        yield from in_parts(block)


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
