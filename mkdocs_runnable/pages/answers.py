r"""Answers to a question above a snippet, and which of them the output of a run bears out.

.. code-block:: markdown

    1. one after the other { when='^Ada is done\nBen asks' }
    2. together, in about a second { when='^both took ([\d.]+) s' below=1.5 }

``runtime/page/question/answers.ts`` judges alike; ``tests/cases/answers.json`` holds both to it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown.extensions.attr_list import get_attrs_and_remainder

from mkdocs_runnable.errors import RunnableError, nearest
from mkdocs_runnable.recording.recordings import Transcript

_ATTRIBUTES = re.compile(r"""\s*\{:?(?P<attributes>(?:[^'"{}\n]|'[^'\n]*'|"[^"\n]*")*)\}\s*\Z""")
_OPTIONS = ("above", "below", "when")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TOKEN = re.compile(r"\\.|\(\?<?.")
_FOR_BOTH = re.compile(r"\\(?![AZ])[\w^$\\.*+?()\[\]{}|/-]|\(\?(?:<?[=!]|:)")


@dataclass(frozen=True)
class Answer:
    """When an answer holds.

    Attributes:
        when: A regular expression that is searched in the output.
        below: What its first group finds is a number smaller than this.
        above: It is greater than this.
    """

    when: str
    below: float | None = None
    above: float | None = None

    def holds(self, text: str) -> bool:
        """Whether the output of a run is as the answer says."""
        found = re.search(self.when, text, re.MULTILINE | re.ASCII)
        if not found:
            return False
        if self.below is None and self.above is None:
            return True
        digits = (found[1] or "").replace(",", "")
        if not _NUMBER.fullmatch(digits):
            return False
        number = float(digits)
        return (self.below is None or number < self.below) and (
            self.above is None or number > self.above
        )


@dataclass(frozen=True)
class Item:
    """An item of a list that is an answer.

    Attributes:
        text: What readers see.
        attributes: What stands in the braces.
    """

    text: str
    attributes: str


def split(item: str) -> Item | None:
    """Take the condition from the end of an item; None if there is none."""
    match = _ATTRIBUTES.search(item)
    if not match or "when" not in dict(get_attrs_and_remainder(match["attributes"])[0]):
        return None
    return Item(item[: match.start()], match["attributes"].strip())


def parse(item: Item) -> Answer:
    """Read the condition of an item.

    Raises:
        RunnableError: An option is unknown or has a wrong value.
    """
    options = {}
    for key, value in get_attrs_and_remainder(item.attributes)[0]:
        if key not in _OPTIONS:
            name = {".": f".{value}", "id": f"#{value}"}.get(key, key)
            raise RunnableError(f"unknown option '{name}'.{nearest(key, _OPTIONS)}")
        options[key] = value
    groups = _groups(options["when"])
    bounds = {name: _bound(name, options[name]) for name in ("below", "above") if name in options}
    if bounds and not groups:
        raise RunnableError(
            f"{' and '.join(bounds)}: when={options['when']!r} has no group that captures a "
            r"number. Expected one such as ([\d.]+)."
        )
    return Answer(options["when"], **bounds)


def _groups(pattern: str) -> int:
    """Count the groups of a regular expression that Python and JavaScript read alike."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise RunnableError(f"when={pattern!r} is not a regular expression: {error}.") from None
    for token in _TOKEN.findall(pattern):
        if not _FOR_BOTH.fullmatch(token):
            raise RunnableError(
                f"when={pattern!r}: browsers and Python read {token!r} differently. Leave it out."
            )
    return groups


def _bound(name: str, value: str) -> float:
    if _NUMBER.fullmatch(value):
        return float(value)
    raise RunnableError(f"{name}: expected a number such as 1.5, but received: {value!r}.")


def printed(transcript: Transcript) -> str:
    """Return the text in which conditions are searched: stdout and stderr, as they came."""
    return "".join(f"{line.text}\n" for line in transcript.lines)


def judge(answers: Sequence[Answer], text: str) -> list[int]:
    """Return the numbers, from 1, of the answers that hold for an output."""
    return [number for number, answer in enumerate(answers, 1) if answer.holds(text)]


def the_one(answers: Sequence[Answer], transcript: Transcript, name: str) -> int:
    """Return the number of the only answer that holds for the recording of a snippet.

    Raises:
        RunnableError: None holds, or more than one does.
    """
    held = judge(answers, printed(transcript))
    if len(held) == 1:
        return held[0]
    which = f"answers {' and '.join(map(str, held))} match" if held else "no answer matches"
    raise RunnableError(f"{which} the recorded output of {name}.py. Expected exactly one.")
