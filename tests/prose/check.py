"""Checks files against the list of phrases."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.prose.passages import FENCE, OBJECT, Passage, mask, passages
from tests.prose.phrases import Phrase

# What readers of the site and of the code see. Tests are left out: many of their texts are wrong on
# purpose, or are compared with what a program prints.
TEXTS = (
    "*.md",
    "mkdocs.yml",
    "docs/**/*.md",
    "docs/**/*.ipynb",
    "docs/**/*.toml",
    "docs/**/*.html",
    "docs/**/*.svg",
    "docs/**/*.js",
    "docs/**/*.py",
    "snippets/**/*.py",
    "snippets/**/*.toml",
    "mkdocs_runnable/**/*.py",
    "guide/**/*.py",
    "runtime/**/*.ts",
    "guide/**/*.ts",
    "runtime/python/**/*.py",
)

# A permission allows an excluded phrase in a file. It is a comment in the syntax of any language,
# anywhere in the file.
ALLOWED = re.compile(r'style: allow "([^"\n]+)" because \S[^\n]*')
# The beginning of a permission, which may lack its quotation or its reason.
BEGUN_PERMISSION = re.compile(r"style: allow\b")


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        line: The line of the file.
        message: What is wrong there, and what to write instead.
    """

    line: int
    message: str


def texts(root: Path) -> list[Path]:
    """Return all files of the project whose prose readers see."""
    return sorted({path for pattern in TEXTS for path in root.glob(pattern)})


def spaced(text: str) -> str:
    """Return the text with a single space between its words."""
    return " ".join(text.split())


class Permissions:
    """The permissions of a file. Each quotes words, which may then contain an excluded phrase."""

    def __init__(self, text: str) -> None:
        # In a notebook, quotes within its strings are escaped.
        text = text.replace('\\"', '"')
        found = list(ALLOWED.finditer(text))
        # The quoted words of each permission → its line.
        self._lines = {spaced(each[1]): text.count("\n", 0, each.start()) + 1 for each in found}
        self._used: set[str] = set()
        complete = {each.start() for each in found}
        # The lines of permissions without a quotation or a reason.
        self.incomplete = [
            text.count("\n", 0, each.start()) + 1
            for each in BEGUN_PERMISSION.finditer(text)
            if each.start() not in complete
        ]

    def allow(self, text: str, start: int, end: int) -> bool:
        """Return whether the words from ``start`` to ``end`` are part of an allowed quotation."""
        for quoted in self._lines:
            words = r"\s+".join(map(re.escape, quoted.split()))
            for found in re.finditer(words, text, re.IGNORECASE):
                if found.start() <= start and end <= found.end():
                    self._used.add(quoted)
                    return True
        return False

    def unused(self) -> Iterator[tuple[str, int]]:
        """Yield the quotations that allowed nothing, with their lines."""
        yield from ((words, line) for words, line in self._lines.items() if words not in self._used)


def joined(found: Iterable[Passage]) -> Passage:
    """Join passages, which are faster to search together, with a full stop between them."""
    parts = list(found)
    lines = [number for part in parts for number in (*part.lines, part.lines[-1])]
    return Passage("\n.\n".join(part.text for part in parts), tuple(lines))


def check(path: Path, phrases: Iterable[Phrase]) -> list[Finding]:
    """Find what the house style excludes in a file, sorted by line."""
    text = path.read_text(encoding="utf-8")
    # In a page, a permission in fenced code is an example.
    permissions = Permissions(mask(text, FENCE) if path.suffix == ".md" else text)
    findings = [
        Finding(line, 'Say why: style: allow "…" because …') for line in permissions.incomplete
    ]
    prose = joined(passages(path))
    text = mask(prose.text, ALLOWED)
    for phrase in phrases:
        for found in phrase.find(text):
            if not permissions.allow(text, found.start(), found.end()):
                words = re.sub(f"{OBJECT}+", "…", spaced(found[0]))
                message = f"“{words}”: write {phrase.better}. {phrase.because}"
                findings.append(Finding(prose.line(found.start()), message))
    findings += [
        Finding(line, f"Nothing here needs “{words}” to be allowed any more; delete this comment.")
        for words, line in permissions.unused()
    ]
    return sorted(findings, key=lambda finding: finding.line)
