"""Tests of comparisons: timelines of several snippets on one axis."""

import html as html_module
import json
import re

import pytest
from markdown import Markdown

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.markdown import RunnableExtension
from mkdocs_runnable.recording.recordings import Origin, Origins
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet

POT = "[in the pot](../../snippets/tea/pot.py)"
CUP = "[in the cup](../../snippets/tea/cup.py)"
MARK = "{ .compare-timelines }"
# The trace of a run in which the main thread waits from 1 ms to the end at 20 ms.
TRACE = {
    "schema": 1,
    "interpreter": "CPython 3.13",
    "end": 20.0,
    "processes": [
        {
            "process": 1,
            "parent": 0,
            "rows": [
                ["lane", 0, -1, "process", "MainProcess", 0, -1, 0],
                ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
                ["run", 1, 0],
                ["wait", 1, 1, "sleep", "", 1],
            ],
        }
    ],
}


@pytest.fixture(autouse=True)
def snippets(library: Library, add_snippet: AddSnippet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library.root.parent)
    add_snippet("tea/pot", "print('hot')\n", "hot\n")
    header = "# /// script\n# [tool.runnable]\n# native = 'It whistles.'\n# ///\n"
    add_snippet("tea/cup", f"{header}print('warm')\n", "warm\n")
    add_snippet("tea/spoon", "print('still')\n", "still\n")
    for name, end in (("pot", 20.0), ("cup", 30.0)):
        trace = json.dumps({**TRACE, "end": end})
        (library.root / f"tea/{name}.trace.json").write_text(trace, encoding="utf-8")


def convert(text: str, recordings: str = "optional") -> str:
    page = PageContext(path="tutorials/tea.md", raw=text)
    extension = RunnableExtension(page=page, recordings=recordings)
    return Markdown(extensions=[extension, "md_in_html"]).convert(text)


def test_all_timelines_are_in_one_figure_with_links_to_the_files() -> None:
    html = convert(f"Look.\n\n{POT}\n{CUP}\n{MARK}\n\nThen.\n")
    assert html.startswith('<p>Look.</p>\n<timeline-compare data-runtime="../../runtime/" ')
    assert html.endswith("</timeline-compare>\n<p>Then.</p>")
    assert html.count("<figure") == 1
    assert "Timeline recorded on CPython 3.13: in the pot 20\u00a0ms, in the cup 30\u00a0ms" in html
    assert '<a href="../../snippets/tea/pot.py">tea/pot.py</a>' in html


def test_scripts_find_the_programs_in_an_attribute() -> None:
    match = re.search(r'data-runs="([^"]*)"', convert(f"{POT}\n{CUP}\n{MARK}\n"))
    assert match
    assert json.loads(html_module.unescape(match[1])) == [
        {"title": "in the pot", "name": "tea/pot", "file": "../../snippets/tea/pot.py"},
        {
            "title": "in the cup",
            "name": "tea/cup",
            "file": "../../snippets/tea/cup.py",
            "native": True,
        },
    ]


def test_ids_are_unique_when_a_page_has_two_comparisons() -> None:
    html = convert(f"{POT}\n{CUP}\n{MARK}\n\n{CUP}\n{POT}\n{MARK}\n")
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 2


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ([POT, MARK], "expected 2 to 4 snippets to compare, but received: 1."),
        ([POT, "and the cup", MARK], "expected one link to a snippet in each line"),
        ([POT, "[spoon](../../snippets/tea/spoon.py)", MARK], "tea/spoon has no recorded timeline"),
        ([POT, "[x](../../snippets/tea/pan.py)", MARK], "tea/pan.py"),
        ([POT, POT, MARK], "expected different titles"),
    ],
)
def test_a_mistake_is_reported_with_page_and_line(block: list[str], message: str) -> None:
    with pytest.raises(RunnableError, match=r"docs/tutorials/tea\.md:3: ") as caught:
        convert("Look.\n\n" + "\n".join(block) + "\n")
    assert message in str(caught.value)


def unrecord(library: Library, name: str) -> None:
    """Delete the recording of a program."""
    path = library.path(name)
    for suffix in (".out", ".trace.json"):
        path.with_suffix(suffix).unlink()


def described_runs(html: str) -> list[dict[str, object]]:
    """Return what the attribute `data-runs` says about each program."""
    match = re.search(r'data-runs="([^"]*)"', html)
    assert match
    runs: list[dict[str, object]] = json.loads(html_module.unescape(match[1]))
    return runs


def test_a_program_that_is_not_recorded_yet_is_named_and_the_other_program_is_drawn(
    library: Library,
) -> None:
    unrecord(library, "tea/pot")
    html = convert(f"{POT}\n{CUP}\n{MARK}\n")
    assert "Timeline recorded on CPython 3.13: in the cup 30\u00a0ms" in html
    assert "Not recorded yet: in the pot.</p>" in html
    assert [run.get("unrecorded") for run in described_runs(html)] == [True, None]
    assert '<a href="../../snippets/tea/pot.py">tea/pot.py</a>' in html


def test_a_comparison_without_any_recording_has_a_hidden_figure(library: Library) -> None:
    for name in ("tea/pot", "tea/cup"):
        unrecord(library, name)
    html = convert(f"{POT}\n{CUP}\n{MARK}\n")
    assert '<figure class="runnable-timeline" hidden></figure>' in html
    assert "Not recorded yet: in the pot, in the cup.</p>" in html
    assert [run["unrecorded"] for run in described_runs(html)] == [True, True]


def test_a_changed_program_may_lack_its_timeline_unless_its_header_turns_timelines_off(
    library: Library,
) -> None:
    spoon = "[spoon](../../snippets/tea/spoon.py)"
    origins = Origins(library.root)
    # The recording was made with another version of the program, whose hash differs.
    origins.set("tea/spoon", Origin("CPython 3.13", "0" * 12))
    origins.save(library.names())
    assert "Not recorded yet: spoon.</p>" in convert(f"{POT}\n{spoon}\n{MARK}\n")
    off = "# /// script\n# [tool.runnable]\n# timeline = false\n# ///\n"
    library.path("tea/spoon").write_text(off)
    with pytest.raises(RunnableError, match="tea/spoon has no recorded timeline"):
        convert(f"{POT}\n{spoon}\n{MARK}\n")


def test_a_missing_recording_is_reported_if_it_is_required(library: Library) -> None:
    unrecord(library, "tea/pot")
    with pytest.raises(RunnableError, match=r"docs/tutorials/tea.md:1: .* has no recording"):
        convert(f"{POT}\n{CUP}\n{MARK}\n", "required")


def test_links_in_a_code_block_are_not_a_comparison() -> None:
    html = convert(f"    {POT}\n    {CUP}\n    {MARK}\n")
    assert "<timeline-compare" not in html
