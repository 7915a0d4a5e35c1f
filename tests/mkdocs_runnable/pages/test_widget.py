"""Tests of the HTML of a widget, without a page around it."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_runnable.pages.widget import render
from mkdocs_runnable.recording.policy import Recording
from mkdocs_runnable.recording.recordings import Line, Transcript
from mkdocs_runnable.snippets.header import Header
from mkdocs_runnable.snippets.snippet import Snippet

EMPTY = Recording(Transcript(()))
NASTY = """text = "</script><b>&amp;'\\"</pre>"
print(f'{text!r} < > &')
"""


def snippet(source: str, header: Header | None = None, **sections: tuple[int, int]) -> Snippet:
    """Return a snippet with this source. Sections are given with their first and last line."""
    path = Path("/snippets/tea/green_pot.py")
    return Snippet("tea/green_pot", path, source, header or Header(), sections, "0" * 64)


class Page(HTMLParser):
    """Parses the HTML of a widget: attributes of the element, and text of its parts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}
        self.text: dict[str, str] = {}
        self.tags: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert not self._open, "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "runnable-snippet":
            self.attributes = attributes
        self.tags.append(tag)
        self._open.append((tag, attributes.get("class") or tag))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert tag == opened

    def handle_data(self, data: str) -> None:
        for _, name in self._open:
            self.text[name] = self.text.get(name, "") + data


def page(shown: Snippet, lines: tuple[Line, ...] = (), status: int = 0, **options: str) -> Page:
    """Return the parsed HTML of the widget of a snippet that printed these lines."""
    recording = Recording(Transcript(lines, status), "CPython 3.13")
    return Page(render(shown, recording, root="../../", **options))  # type: ignore[arg-type]


def test_the_element_has_the_attributes_that_scripts_read() -> None:
    header = Header(native="Threads & more.", lines=0)
    attributes = page(snippet("x = 1\n", header), playground="../../playground/").attributes
    assert attributes == {
        "id": "tea-green-pot",
        "data-name": "tea/green_pot",
        "data-runtime": "../../runtime/",
        "data-playground": "../../playground/",
        "data-source": "x = 1\n",
        "data-lines": "1-1",
        "data-native": "Threads & more.",
    }


def test_without_a_playground_nothing_can_be_shared() -> None:
    assert "data-playground" not in page(snippet("x = 1\n")).attributes


def test_section_and_height_limit_the_code_that_is_shown() -> None:
    html = render(
        snippet("a = 1\nb = 2\nc = 3\n", middle=(2, 2)),
        EMPTY,
        root="",
        section="middle",
        height=20,
    )
    result = Page(html)
    assert result.attributes["id"] == "tea-green-pot--middle"
    assert result.attributes["data-section"] == "middle"
    assert result.attributes["data-lines"] == "2-2"
    assert result.attributes["data-height"] == "20"
    assert result.attributes["data-runtime"] == "runtime/"
    assert result.attributes["data-source"] == "a = 1\nb = 2\nc = 3\n", "the whole file runs"
    assert result.text["language-python"] == "b = 2"
    assert 'data-line="2"' in html
    assert result.text["runnable-origin"] == "Recorded output"


def test_markup_in_source_and_output_is_escaped() -> None:
    result = page(snippet(NASTY), (Line("stdout", "</pre><script>x</script> &amp;"),))
    assert result.attributes["data-source"] == NASTY
    assert result.text["language-python"] == NASTY.rstrip("\n")
    assert "</pre><script>x</script> &amp;\n" in result.text["runnable-output"]
    assert not {"script", "b"} & set(result.tags)


@given(
    st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs", "Cc"]), max_size=60),
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs", "Cc"]), max_size=60),
)
def test_any_text_is_shown_unchanged(comment: str, output: str) -> None:
    source = "".join(f"# {line}\n" for line in comment.split("\n")) + "x = 1\n"
    result = page(snippet(source), (Line("stdout", output), Line("stderr", output)))
    assert result.attributes["data-source"] == source
    assert result.text["language-python"] == source.rstrip("\n")
    assert result.text["runnable-stderr"] == f"{output}\n"


def test_each_line_of_a_docstring_is_an_element() -> None:
    source = '"""First\n\n  third <line>\n"""\nif True:\n\tx = "a"  # b\n'
    html = render(snippet(source), EMPTY, root="")
    lines = re.findall(r'<span class="runnable-line" data-line="(\d+)">(.*)</span>\n?', html)
    assert [int(number) for number, _ in lines] == [1, 2, 3, 4, 5, 6]
    for (_, line), text in zip(lines, source.rstrip("\n").split("\n"), strict=True):
        assert unescape(re.sub(r"<[^>]*>", "", line)) == text
        assert line.count("<span") == line.count("</span>")
    assert '<span class="sd">  third &lt;line&gt;</span>' in html


def test_only_coloured_parts_of_the_code_are_elements() -> None:
    html = render(snippet("total = f(  [None]  )[0]  # note\n"), EMPTY, root="")
    shown = re.search(r'data-line="1">(.*)</span></code>', html)
    assert shown
    assert shown[1] == (
        'total <span class="o">=</span> f<span class="p">(  [</span>None'
        '<span class="p">]  )[</span><span class="mi">0</span><span class="p">]</span>'
        '  <span class="c1"># note</span>'
    )


@pytest.mark.parametrize(("height", "length"), [(None, 40), (7, 7), (60, 50)])
def test_the_html_contains_how_many_lines_of_code_are_visible(
    height: int | None, length: int
) -> None:
    html = render(snippet("x = 1\n" * 50), EMPTY, root="", height=height)
    assert f'runnable-code highlight no-copy" style="--runnable-length:{length}"' in html


def test_all_lines_of_short_code_are_visible() -> None:
    html = render(snippet("x = 1\n" * 3), EMPTY, root="")
    assert "--runnable-length:3" in html


def test_output_keeps_the_order_the_streams_and_the_status() -> None:
    lines = (
        Line("stdout", ""),
        Line("stdout", "out"),
        Line("stderr", "err"),
        Line("stdout", "end"),
    )
    recording = Recording(Transcript(lines, 3), "CPython 3.13")
    html = render(snippet("x = 1\n"), recording, root="")
    assert (
        '<p class="runnable-origin">Recorded on CPython 3.13</p><pre tabindex="0">\n\nout\n'
        '<span class="runnable-stderr">err\n</span>end\n'
        '<span class="runnable-status">[exit status 3]\n</span></pre>'
    ) in html


@pytest.mark.parametrize(("native", "shown"), [(None, False), ("Threads.", True)])
def test_a_native_snippet_says_why_it_does_not_run(native: str | None, *, shown: bool) -> None:
    result = page(snippet("x = 1\n", Header(native=native)))
    assert (result.text.get("runnable-native") == "Does not run in the browser: Threads.") is shown


def test_a_widget_links_to_the_file() -> None:
    html = render(snippet("x = 1\n"), EMPTY, root="../")
    link = '<a class="runnable-file" href="../snippets/tea/green_pot.py">tea/green_pot.py</a>'
    assert link in html


def test_without_a_recording_the_output_says_so_and_shows_no_empty_text() -> None:
    html = render(snippet("x = 1\n"), None, root="")
    assert (
        '<div class="runnable-output" role="log" aria-label="Output">'
        '<p class="runnable-origin">Not recorded yet.</p></div>'
    ) in html
    assert Page(html).attributes["data-unrecorded"] == ""
    assert "data-unrecorded" not in page(snippet("x = 1\n")).attributes


def test_an_outdated_recording_says_so() -> None:
    transcript = Transcript((Line("stdout", "hot"),))
    for interpreter, start in (
        ("CPython 3.13", "Recorded on CPython 3.13"),
        (None, "Recorded output"),
    ):
        html = render(snippet("x = 1\n"), Recording(transcript, interpreter, True), root="")
        assert Page(html).text["runnable-origin"] == f"{start}, before the program was last changed"
        assert Page(html).text["runnable-output"].endswith("hot\n")
