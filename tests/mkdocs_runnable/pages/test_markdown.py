"""Tests of the Markdown extension on its own, without MkDocs."""

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.markdown import RunnableExtension
from mkdocs_runnable.recording.recordings import Origin, Origins
from mkdocs_runnable.snippets.reference import PageContext, marked_lines
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet

LINK = "[snippets/tea/pot.py](../../snippets/tea/pot.py){ .runnable }"
CUP = "[snippets/tea/cup.py](../../snippets/tea/cup.py){ .runnable }"


@pytest.fixture(autouse=True)
def snippets(library: Library, add_snippet: AddSnippet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library.root.parent)
    add_snippet("tea/pot", "# region warm\nprint('hot')\n# endregion\n", "hot\n")
    add_snippet("tea/cup", "print('full')\n", "full\n")


def convert(
    text: str, page: PageContext | None = None, *extensions: str, recordings: str = "optional"
) -> str:
    page = page or PageContext(path="tutorials/tea.md")
    extension = RunnableExtension(page=page, recordings=recordings)
    names = ["admonition", "pymdownx.superfences", "pymdownx.tabbed", "md_in_html", *extensions]
    configs = {"pymdownx.tabbed": {"alternate_style": True}}
    return Markdown(extensions=[extension, *names], extension_configs=configs).convert(text)


def test_elements_that_run_programs_know_the_libraries_of_the_project(
    add_snippet: AddSnippet,
) -> None:
    playground = '<runnable-playground data-runtime="../runtime/"></runnable-playground>'
    compared = "[a](../../snippets/tea/a.py)\n[b](../../snippets/tea/b.py)\n{ .compare-timelines }"
    for name in ("a", "b"):
        add_snippet(f"tea/{name}", "print()\n")
    page = PageContext(path="tutorials/tea.md")
    text = f"{LINK}\n\n{playground}\n\n{compared}\n\n`{playground}`\n"
    extension = RunnableExtension(page=page, dependencies=["fastapi", "httpx>=0.28"])
    html = Markdown(extensions=[extension]).convert(text)
    declared = re.findall(r'<([a-z-]+) data-dependencies="fastapi httpx&gt;=0.28" ', html)
    assert declared == ["runnable-snippet", "runnable-playground", "timeline-compare"]
    assert "data-dependencies" not in convert(text)


def shown(html: str) -> list[str]:
    """Return the ids of the widgets in a page."""
    return re.findall(r'<runnable-snippet id="([^"]*)"', html)


def problem(text: str, recordings: str = "optional") -> str:
    """Return the message about a page with a mistake."""
    with pytest.raises(RunnableError) as caught:
        convert(text, recordings=recordings)
    return str(caught.value)


def test_a_marked_link_becomes_the_snippet() -> None:
    html = convert(f"# Tea\n\n{LINK}\n\nText.\n")
    assert shown(html) == ["tea-pot"]
    assert html.startswith("<h1>Tea</h1>\n<runnable-snippet ")
    assert html.endswith("</runnable-snippet>\n<p>Text.</p>")


@pytest.mark.parametrize(
    ("playground", "expected"),
    [("playground/", ["../playground/"]), ("try/it/", ["../try/it/"]), (None, [])],
)
def test_a_widget_names_the_playground_of_the_site(
    playground: str | None, expected: list[str]
) -> None:
    page = PageContext(path="tutorials/tea.md", root="../", playground=playground)
    assert re.findall(r'data-playground="([^"]*)"', convert(LINK, page)) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"!!! note\n\n    Text.\n\n    {LINK}\n",
        f"- item\n\n    {LINK}\n",
        f"1. {LINK}\n",
        f'=== "A"\n\n    {LINK}\n',
        f"> {LINK}\n",
        f'<div markdown="1">\n\n{LINK}\n\n</div>\n',
    ],
)
def test_a_marked_link_works_inside_other_blocks(text: str) -> None:
    html = convert(text)
    assert shown(html) == ["tea-pot"]
    assert "<p><runnable" not in html


@pytest.mark.parametrize("mark", ["{: .runnable }", "{.runnable}"])
def test_each_notation_of_the_mark_is_read(mark: str) -> None:
    assert shown(convert(LINK.replace("{ .runnable }", mark))) == ["tea-pot"]


@pytest.mark.parametrize(
    "text",
    [
        f"```markdown\n{LINK}\n```\n",
        f"~~~~\n```\n{LINK}\n```\n~~~~\n",
        f"- item\n\n    ```\n    {LINK}\n    ```\n",
        f"    {LINK}\n",
        f"`{LINK}`\n",
        f"<!-- {LINK} -->\n",
        "[a file](../../snippets/tea/pot.py)\n",
    ],
)
def test_links_in_code_and_comments_and_links_without_a_mark_show_no_snippet(text: str) -> None:
    assert shown(convert(text)) == []


def test_options_are_passed_to_the_widget() -> None:
    html = convert(LINK.replace(" }", ' section="warm" height="20" }'))
    assert shown(html) == ["tea-pot--warm"]
    assert 'data-lines="2-2"' in html
    assert 'data-height="20"' in html


def test_a_page_can_offer_to_explore_interleavings() -> None:
    html = convert(LINK.replace(" }", ' explore="0" }'))
    assert 'data-explore="0"' in html
    assert '<div class="runnable-orders"></div>' in html
    assert "orders" not in convert(LINK)


def test_one_converter_renders_several_pages() -> None:
    md = Markdown(extensions=[RunnableExtension(page=PageContext())])
    for _ in range(2):
        assert shown(md.reset().convert(LINK)) == ["tea-pot"]


def test_the_extension_works_without_configuration() -> None:
    html = Markdown(extensions=["mkdocs_runnable"]).convert(LINK)
    assert 'data-runtime="../../runtime/"' in html
    # A link on a page in docs/ itself.
    link = LINK.replace("../../", "../")
    assert 'data-runtime="../runtime/"' in Markdown(extensions=["mkdocs_runnable"]).convert(link)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LINK.replace("pot.py)", "pott.py)"), "snippets/tea/pott.py: there is no such file. "
         "Did you mean 'tea/pot'?"),
        (LINK.replace("snippets/tea/pot.py)", "mkdocs_runnable/cli.py)"),
         "../../mkdocs_runnable/cli.py is not a Python file under snippets/. "
         "Expected a link such as ../../snippets/tea/cup.py."),
        (LINK.replace("snippets/tea/pot.py)", "snippets/../secret.py)"),
         "../../snippets/../secret.py is not a Python file under snippets/."),
        (LINK.replace("pot.py)", "pot.out)"), "../../snippets/tea/pot.out is not a Python file"),
        (LINK.replace("../../", "../"), "../snippets/tea/pot.py would be broken when the page is "
         "viewed on a code host. Expected ../../snippets/tea/pot.py, the path from this page to "
         "the file."),
        (LINK.replace("../../", "/"), "/snippets/tea/pot.py would be broken when the page is "
         "viewed on a code host."),
        (LINK.replace("../../", "https://example.org/"), "https://example.org/snippets/tea/pot.py"),
        (LINK.replace(" }", " sektion='warm' }"), "unknown option 'sektion'. "
         "Did you mean 'section'?"),
        (LINK.replace(" }", " .big }"), "unknown option '.big'. Expected one of: explore, "
         "height, section."),
        (LINK.replace(" }", " #here }"), "unknown option '#here'."),
        (LINK.replace(" }", " height='tall' }"), "height: expected a number of lines from 1 to "
         "1000, but received: 'tall'."),
        (LINK.replace(" }", " height='0' }"), "height: expected a number"),
        (LINK.replace(" }", " explore='all' }"), "explore: expected a number of forced switches "
         "from 0 to 4, but received: 'all'."),
        (LINK.replace(" }", " explore='5' }"), "explore: expected a number"),
        (LINK.replace(" }", " section='warn' }"), "no section 'warn' in tea/pot.py. "
         "Did you mean 'warm'?"),
        (f"{LINK}\n\n{LINK}", "tea/pot is on this page already, on line 4. Show it once."),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_with_page_and_line(text: str, message: str) -> None:
    # Three lines precede the text, and its last line contains the mistake.
    line = 3 + len(text.split("\n"))
    text = f"Tea\n===\n\n{text}\n\n```\n{text}\n```\n"
    assert problem(text).startswith(f"docs/tutorials/tea.md:{line}: {message}")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (f"Look at {LINK} here.", 1, "the link to ../../snippets/tea/pot.py"),
        (f"Text.\n{LINK}", 2, "the link to ../../snippets/tea/pot.py"),
        (f"{LINK}\n{CUP}", 1, "the link to ../../snippets/tea/pot.py"),
        (f"- one\n- {LINK} two", 2, "the link to ../../snippets/tea/pot.py"),
        ("Text.\n[a](<b c.py>){ .runnable }", 2, "the link to b c.py"),
        ("# Title { .runnable }", 1, "a mark on <h1>"),
        ("Text.\n{: .runnable }", 2, "a mark on <p>"),
        ('[a](b.py "title"){ .runnable }', 1, "the link to b.py"),
    ],
)
def test_a_mark_without_effect_is_reported(text: str, line: int, what: str) -> None:
    expected = f"docs/tutorials/tea.md:{line}: {what} is marked .runnable, but is not a paragraph"
    assert problem(text).startswith(expected)


def test_a_page_may_show_a_section_and_the_whole_snippet() -> None:
    section = LINK.replace(" }", ' section="warm" }')
    assert shown(convert(f"{section}\n\n{LINK}")) == ["tea-pot--warm", "tea-pot"]


def test_a_missing_recording_is_reported_if_it_is_required(library: Library) -> None:
    library.path("tea/pot").with_suffix(".out").unlink()
    assert problem(LINK, "required") == (
        "docs/tutorials/tea.md:1: snippets/tea/pot.out: tea/pot.py has no recording. "
        "Run `python -m mkdocs_runnable record tea/pot` and commit the new files."
    )


def test_a_snippet_that_is_not_recorded_yet_is_shown_without_output(library: Library) -> None:
    path = library.path("tea/pot")
    path.with_suffix(".out").unlink()
    # A damaged trace, which would cause an error if the page tried to draw it.
    path.with_suffix(".trace.json").write_text("{}")
    html = convert(f"{LINK}\n\n{CUP}\n")
    assert shown(html) == ["tea-pot", "tea-cup"]
    pot, _, cup = html.partition("</runnable-snippet>")
    assert "Not recorded yet." in pot
    assert "<pre" not in pot.partition("runnable-output")[2]
    assert "Recorded output" in cup


@pytest.mark.parametrize(
    ("recordings", "line"),
    [
        ("optional", "Recorded on CPython 3.13, before the program was last changed<"),
        ("required", "Recorded on CPython 3.13<"),
    ],
)
def test_an_outdated_recording_is_shown(recordings: str, line: str, library: Library) -> None:
    origins = Origins(library.root)
    # The recording was made with another version of the program, whose hash differs.
    origins.set("tea/pot", Origin("CPython 3.13", "0" * 12))
    origins.set("tea/cup", Origin("CPython 3.13", library.load("tea/cup").sha256[:12]))
    origins.save(library.names())
    pot, _, cup = convert(f"{LINK}\n\n{CUP}\n", recordings=recordings).partition(
        "</runnable-snippet>"
    )
    assert f">{line}" in pot
    assert ">hot\n<" in pot
    assert ">Recorded on CPython 3.13<" in cup


@pytest.mark.parametrize("value", ["never", "", True, None])
def test_a_wrong_value_of_the_option_recordings_is_an_error(value: str) -> None:
    assert problem(LINK, value) == (
        f"recordings: expected 'required' or 'optional', but received: {value!r}."
    )


def test_an_error_in_the_snippet_is_reported_with_both_places(add_snippet: AddSnippet) -> None:
    add_snippet("tea/pot", "if True\n    pass\n", "")
    assert problem(LINK) == (
        "docs/tutorials/tea.md:1: snippets/tea/pot.py:1: syntax error: expected ':'."
    )


def test_problems_are_collected_with_their_lines_in_the_file() -> None:
    problems: list[str] = []
    body = f"{LINK.replace('pot.py)', 'pit.py)')}\n\n{CUP}\n\n{CUP}\n"
    raw = f"---\ntitle: Tea\n---\n\n{body}"
    page = PageContext("tutorials/tea.md", "../../", raw, problems.append)
    html = convert(body, page)
    assert shown(html) == ["tea-cup"]
    assert [each.partition(": ")[0] for each in problems] == [
        "docs/tutorials/tea.md:5",
        "docs/tutorials/tea.md:9",
    ]


def test_tree_processors_of_other_extensions_see_the_ids_of_widgets() -> None:
    seen: list[str | None] = []

    class CollectIds(Treeprocessor):
        def run(self, root: Element) -> None:
            seen.extend(element.get("id") for element in root.iter() if element.get("id"))

    class CollectIdsExtension(Extension):
        def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
            # It runs after the processor for questions (30), and before the engine replaces its
            # placeholders (4.5).
            md.treeprocessors.register(CollectIds(md), "collect_ids", 5)

    extension = RunnableExtension(page=PageContext(path="tutorials/tea.md"))
    html = Markdown(extensions=[extension, CollectIdsExtension()]).convert(LINK)
    assert seen == ["tea-pot"]
    assert html.startswith("<runnable-snippet"), "the placeholder is gone"


def test_the_url_of_the_root_is_taken_from_the_page(tmp_path: Path) -> None:
    page = PageContext("tutorials/tea.md", root="../", report=None)
    assert 'href="../snippets/tea/pot.py"' in convert(LINK, page)
    assert tmp_path.name not in convert(LINK, page), "no path of the machine on a page"


def test_marked_lines_ignores_fenced_code() -> None:
    text = f"{LINK}\n```\n{LINK}\n```\n- {LINK}\n"
    assert marked_lines(text) == [(1, LINK), (5, LINK)]
