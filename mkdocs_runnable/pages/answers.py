r"""The answers of a question above a snippet, and the conditions under which they are right.

.. code-block:: markdown

    1. one after the other { when='^Ada is done\nBen asks' }
    2. together, in about a second { when='^both took ([\d.]+) s' below=1.5 }

Each condition searches the output of a run. ``runtime/page/question/answers.ts`` does the same in
the browser, and both are tested with the cases in ``tests/cases/answers.json``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown.extensions.attr_list import get_attrs_and_remainder

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.policy import Recording
from mkdocs_runnable.recording.recordings import Transcript
from mkdocs_runnable.snippets.reference import unknown_option

_ATTRIBUTES = re.compile(r"""\s*\{:?(?P<attributes>(?:[^'"{}\n]|'[^'\n]*'|"[^"\n]*")*)\}\s*\Z""")
_OPTIONS = ("above", "below", "when")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# The parts of a regular expression that Python and JavaScript can read differently.
_TOKEN = re.compile(
    r"(?P<set>\[(?:\\.|[^\\\]])*\])|\\(?:\d+|.)|\(\?<?.|(?:[*+?]|\{\d+(?:,\d*)?\})\+?|[\]{}]",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:\d+|.)", re.DOTALL)
# Tokens with the same meaning in the regular expressions of Python and of JavaScript.
_PORTABLE = re.compile(
    r"\\(?:[bBdDfnrtvwWux0^$\\.*+?()\[\]{}|/]|[1-9]\d?)|\(\?(?:<?[=!]|:)"
    r"|[*+?]|\{\d+(?:,\d*)?\}"
)
_PORTABLE_IN_SET = re.compile(r"\\[bdDfnrtvwWux0^$\\.*+?()\[\]{}|/-]")
# ASCII white space. With ``\s``, a browser would find other white space, too.
_SPACE = r"\t-\r "
# What tokens outside of sets are replaced with. Sets of all characters stay as they are.
_REPLACEMENTS = {
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
    r"[\s\S]": r"[\s\S]",
    r"[\S\s]": r"[\S\s]",
}


@dataclass(frozen=True)
class Answer:
    """The condition under which an answer is right.

    Attributes:
        when: A regular expression that has to match somewhere in the output. Python and JavaScript
            read it in the same way.
        below: The number in the first group has to be less than this.
        above: The number in the first group has to be greater than this.
    """

    when: str
    below: float | None = None
    above: float | None = None

    def matches(self, text: str) -> bool:
        """Whether the output of a run satisfies the condition."""
        found = re.search(self.when, text, re.MULTILINE | re.ASCII)
        if not found:
            return False
        if self.below is None and self.above is None:
            return True
        digits = (found[1] or "").replace(",", "")  # 1,234.5 is a number, too
        if not _NUMBER.fullmatch(digits):
            return False
        number = float(digits)
        return (self.below is None or number < self.below) and (
            self.above is None or number > self.above
        )


@dataclass(frozen=True)
class Item:
    """An item of a list, split into the answer and its condition.

    Attributes:
        text: The text of the answer, which readers see.
        attributes: The condition, as the page has it between braces.
    """

    text: str
    attributes: str


def split_condition(item: str) -> Item | None:
    """Split the condition off the end of an item; return None if the item has no condition."""
    match = _ATTRIBUTES.search(item)
    if not match or "when" not in dict(get_attrs_and_remainder(match["attributes"])[0]):
        return None
    return Item(item[: match.start()], match["attributes"].strip())


def parse_answer(item: Item) -> Answer:
    """Read the condition of an item.

    Raises:
        RunnableError: An option is unknown or has a wrong value.
    """
    options = {}
    for key, value in get_attrs_and_remainder(item.attributes)[0]:
        if key not in _OPTIONS:
            raise unknown_option(key, value, _OPTIONS)
        options[key] = value
    when, groups = _read_pattern(options["when"])
    bounds = {name: _bound(name, options[name]) for name in ("below", "above") if name in options}
    if bounds and not groups:
        raise RunnableError(
            f"{' and '.join(bounds)}: when={options['when']!r} has no group that captures a "
            r"number. Expected one such as ([\d.]+)."
        )
    return Answer(when, **bounds)


def _read_pattern(pattern: str) -> tuple[str, int]:
    r"""Return an expression with ASCII sets for ``\s`` and ``\S``, and the number of its groups.

    Raises:
        RunnableError: The expression is invalid, or JavaScript would read it differently.
    """
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise RunnableError(f"when={pattern!r} is not a regular expression: {error}.") from None

    def check(token: str, portable: re.Pattern[str]) -> str:
        if portable.fullmatch(token):
            return token
        raise RunnableError(
            f"when={pattern!r}: browsers and Python read {token!r} differently. Leave it out."
        )

    def convert_in_set(escape: re.Match[str]) -> str:
        return _SPACE if escape[0] == r"\s" else check(escape[0], _PORTABLE_IN_SET)

    def convert(token: re.Match[str]) -> str:
        text = token[0]
        if text in _REPLACEMENTS:
            return _REPLACEMENTS[text]
        if token["set"] and text not in ("[]", "[^]"):
            return _ESCAPE.sub(convert_in_set, text)
        return check(text, _PORTABLE)

    return _TOKEN.sub(convert, pattern), groups


def _bound(name: str, value: str) -> float:
    if _NUMBER.fullmatch(value):
        return float(value)
    raise RunnableError(f"{name}: expected a number such as 1.5, but received: {value!r}.")


def output_text(transcript: Transcript) -> str:
    """Return the text that conditions are searched in: stdout and stderr, in the original order."""
    return "".join(f"{line.text}\n" for line in transcript.lines)


def matching_answers(answers: Sequence[Answer], text: str) -> list[int]:
    """Return the numbers, from 1, of the answers that match an output."""
    return [number for number, answer in enumerate(answers, 1) if answer.matches(text)]


def recorded_answer(answers: Sequence[Answer], transcript: Transcript, name: str) -> int:
    """Return the number of the only answer that matches the recording of a snippet.

    Args:
        answers: The answers of one question.
        transcript: The recording.
        name: Name of the snippet, for error messages.

    Raises:
        RunnableError: No answer matches, or more than one does.
    """
    matching = matching_answers(answers, output_text(transcript))
    if len(matching) == 1:
        return matching[0]
    which = f"answers {' and '.join(map(str, matching))} match" if matching else "no answer matches"
    raise RunnableError(f"{which} the recorded output of {name}.py. Expected exactly one.")


def answer_of(recording: Recording | None, answers: Sequence[Answer], name: str) -> int | None:
    """Return the number of the answer that a recording matches.

    The result is None if there is no recording, or if an outdated recording does not match exactly
    one answer.

    Args:
        recording: The recording of a snippet, if there is one.
        answers: The answers of one question.
        name: Name of the snippet, for error messages.

    Raises:
        RunnableError: No answer matches, or more than one does, and the recording is up to date.
    """
    if recording is None:
        return None
    try:
        return recorded_answer(answers, recording.transcript, name)
    except RunnableError:
        # The answers may be about the changed program, which the recording does not show.
        if recording.is_outdated:
            return None
        raise
