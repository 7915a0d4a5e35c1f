"""The HTML of a snippet on a page. It is complete without scripts, which only add controls."""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from operator import itemgetter

from pygments.lexers.python import PythonLexer
from pygments.token import STANDARD_TYPES, _TokenType

from mkdocs_runnable.recording.policy import Recording
from mkdocs_runnable.recording.recordings import Line, Transcript
from mkdocs_runnable.snippets.snippet import Snippet, anchor, published_url

# How many lines of code are visible without scrolling, as in code.css.
_MOST_LINES = 40

# Classes that need no span: spaces, names, constants such as None, prefixes of strings, and magic
# names. Material gives them the colour of names, which code.css gives to all code, or no colour.
_PLAIN = {"w", "n", "kc", "sa", "fm", "vm"}


def render(
    snippet: Snippet,
    recording: Recording | None,
    *,
    root: str,
    playground: str | None = None,
    identifier: str = "",
    section: str | None = None,
    height: int | None = None,
    explore: int | None = None,
    timeline: str = "",
) -> str:
    """Return the custom element ``<runnable-snippet>`` for one snippet.

    Args:
        snippet: The program that is shown and run.
        recording: Its recorded output; None if it has not been recorded yet.
        root: Relative URL of the root of the site, as seen from the page; empty or ending in ``/``.
        playground: URL of the page with the playground, which opens shared code; None if the site
            has none, so that readers cannot share code.
        identifier: HTML id of the element; default: that of :func:`anchor`.
        section: Name of the only section to show.
        height: Number of lines of code that are visible without scrolling.
        explore: The most forced switches in an interleaving that readers can explore; None if they
            cannot explore any.
        timeline: The HTML of its recorded timeline; empty if there is none.

    Raises:
        RunnableError: The snippet has no such section.
    """
    first, last = snippet.shown_lines(section)
    attributes = {
        "id": identifier or anchor(snippet.name, section),
        "data-name": snippet.name,
        "data-runtime": f"{root}runtime/",
        "data-playground": playground,
        "data-source": snippet.source,
        "data-lines": f"{first}-{last}",
        "data-section": section,
        "data-timeline": "off" if snippet.header.timeline is False else None,
        "data-native": snippet.header.native,
        "data-unrecorded": "" if recording is None else None,
        "data-height": str(height) if height else None,
        "data-explore": None if explore is None else str(explore),
    }
    html_attributes = " ".join(
        f'{name}="{_attribute(value)}"' for name, value in attributes.items() if value is not None
    )
    native = snippet.header.native
    visible_lines = min(last - first + 1, height or _MOST_LINES)
    # The <pre> elements scroll. With a tabindex, readers can also scroll them from the keyboard.
    parts = [
        f"<runnable-snippet {html_attributes}>",
        '<div class="runnable-head">'
        f'<a class="runnable-file" href="{_attribute(root)}{published_url(snippet.name)}">'
        f"{escape(snippet.name)}.py</a></div>",
        # As long as the code is far outside the window, browsers do not lay it out. The style sheet
        # then computes its height from the number of visible lines.
        f'<div class="runnable-code highlight no-copy" style="--runnable-length:{visible_lines}">'
        '<pre tabindex="0">'
        f'<code class="language-python">{_code(snippet, first, last)}</code></pre></div>',
        f'<div class="runnable-output" role="log" aria-label="Output">{_output(recording)}</div>',
        timeline,
        # Scripts fill this element. Until then it reserves the space that they will need.
        "" if explore is None else '<div class="runnable-orders"></div>',
        f'<p class="runnable-native">Does not run in the browser: {escape(native)}</p>'
        if native
        else "",
        "</runnable-snippet>",
    ]
    return "\n".join(part for part in parts if part)


def _attribute(value: str) -> str:
    return escape(value).replace("\n", "&#10;")


def _code(snippet: Snippet, first: int, last: int) -> str:
    lines = list(_highlighted("\n".join(snippet.lines)))
    return "\n".join(
        f'<span class="runnable-line" data-line="{number}">{lines[number - 1]}</span>'
        for number in range(first, last + 1)
    )


def _highlighted(source: str) -> Iterator[str]:
    """Yield the HTML of each line. A token that spans several lines, like a docstring, is split."""
    line: list[tuple[str, str]] = []
    for token, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(source):
        css_class = _css_class(token)
        for index, piece in enumerate(text.split("\n")):
            if index:
                yield _spans(line)
                line = []
            if piece:
                line.append((css_class, piece))
    yield _spans(line)


def _spans(pieces: list[tuple[str, str]]) -> str:
    """Join neighbouring pieces of the same class, also if only spaces are between them.

    Each span is an element, and a page with many programs has thousands of them.
    """
    html = ""
    for css_class, group in groupby(_with_spaces(pieces), key=itemgetter(0)):
        text = "".join(piece for _, piece in group)
        shown = text.rstrip()
        html += _span(css_class, shown) + text[len(shown) :]
    return html


def _with_spaces(pieces: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the pieces. Spaces have no colour, so they get the class of the piece before them."""
    css_class = ""
    for own_class, text in pieces:
        if not text.isspace():
            css_class = own_class
        yield css_class, text


def _span(css_class: str, text: str) -> str:
    html = escape(text, quote=False)
    return f'<span class="{css_class}">{html}</span>' if css_class and html else html


def _css_class(token: _TokenType) -> str:
    """Return the CSS class of a kind of token, or an empty text if the token needs no span."""
    current: _TokenType | None = token
    while current is not None and current not in STANDARD_TYPES:
        current = current.parent
    css_class = STANDARD_TYPES[current] if current is not None else ""
    return "" if css_class in _PLAIN else css_class


def _output(recording: Recording | None) -> str:
    # If readers can run the program, a script adds a sentence that says so.
    if recording is None:
        return '<p class="runnable-origin">Not recorded yet.</p>'
    origin = f"Recorded on {recording.interpreter}" if recording.interpreter else "Recorded output"
    if recording.is_outdated:
        origin += ", before the program was last changed"
    text = _text(recording.transcript)
    return f'<p class="runnable-origin">{escape(origin)}</p><pre tabindex="0">{text}</pre>'


def _text(transcript: Transcript) -> str:
    html = "".join(_output_line(line) for line in transcript.lines)
    if transcript.status:
        html += f'<span class="runnable-status">[exit status {transcript.status}]\n</span>'
    # HTML parsers drop a newline that directly follows <pre>.
    return "\n" + html if html.startswith("\n") else html


def _output_line(line: Line) -> str:
    if line.stream == "stderr":
        return f'<span class="runnable-stderr">{escape(line.text, quote=False)}\n</span>'
    return f"{escape(line.text, quote=False)}\n"
