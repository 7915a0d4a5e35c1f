"""The phrases that the house style excludes, as listed in ``phrases.toml``."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PHRASES = Path(__file__).with_name("phrases.toml")


def compile_phrase(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that matches whole words, in any case, also across the end of a line."""
    spaced = pattern.replace(" ", r"\s+")
    return re.compile(rf"(?<![\w-])(?:{spaced})(?![\w-])", re.IGNORECASE)


@dataclass(frozen=True)
class Phrase:
    """A phrase that the house style excludes.

    Attributes:
        pattern: A regular expression for whole words; a space in it matches the end of a line too.
        better: What to write instead.
        because: Why; one sentence.
        wrong: A sentence in which the phrase has to be found.
        right: Sentences that look similar, in which nothing may be found.
        unless: Regular expressions for longer expressions in which the phrase is right.
    """

    pattern: str
    better: str
    because: str
    wrong: str
    right: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return compile_phrase(self.pattern)

    @cached_property
    def _exceptions(self) -> list[re.Pattern[str]]:
        return [compile_phrase(each) for each in self.unless]

    def find(self, text: str) -> Iterator[re.Match[str]]:
        """Find the places where the phrase is used, other than within one of its exceptions."""
        for found in self._expression.finditer(text):
            longer = (match for each in self._exceptions for match in each.finditer(text))
            if not any(
                each.start() <= found.start() and found.end() <= each.end() for each in longer
            ):
                yield found


def load(path: Path) -> list[Phrase]:
    """Read the list of phrases.

    Raises:
        TypeError: An entry has an unknown field, or lacks a field that is required.
    """
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["phrases"]
    for entry in entries:
        entry.update({key: tuple(entry.get(key, ())) for key in ("right", "unless")})
    return [Phrase(**entry) for entry in entries]
