"""Tests of text editions, which are pages as plain Markdown."""

import json
from pathlib import Path

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.recordings import Origin, Origins
from mkdocs_runnable.site.text_edition import ListedPage, TextEditions, edition_path, llms_txt
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet

LINK = "[snippets/tea/pot.py](../../snippets/tea/pot.py){ .runnable }"


@pytest.fixture
def editions(library: Library, add_snippet: AddSnippet, tmp_path: Path) -> TextEditions:
    add_snippet("tea/pot", "# /// script\n# ///\nprint('hot')\n", "hot\n2> hiss\n[exit status 1]\n")
    (tmp_path / "docs" / "guide").mkdir(parents=True)
    return TextEditions(tmp_path / "docs", library)


def edition(editions: TextEditions, text: str, page: str = "guide/tea.md") -> str:
    """Return the text edition of a page with this Markdown, a title and a description."""
    return editions.of_page(page, text, "Tea", "All about\ntea.")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("index.md", "index.md"),
        ("guide/tea.md", "guide/tea/index.md"),
        ("guide/index.md", "guide/index.md"),
        ("guide/times.ipynb", "guide/times/index.md"),
    ],
)
def test_text_editions_are_next_to_their_pages(page: str, expected: str) -> None:
    assert edition_path(page) == expected


def test_ids_are_removed(editions: TextEditions) -> None:
    assert edition(editions, "# A\n\nHot.\n{ #hot }\n\nTea.").endswith("\n\nHot.\n\nTea.\n")
    fence = "```\n# a { #b }\n```\n\nA { #b }\n"
    assert edition(
        editions, "# How tea brews { #tea }\n\n## In a pot { #pot .hot }\n\n" + fence
    ) == ("# How tea brews\n\n> All about tea.\n\n## In a pot\n\n" + fence)


def test_the_description_follows_the_heading(editions: TextEditions) -> None:
    assert (
        edition(editions, "# How tea brews\n\nHot.\n")
        == "# How tea brews\n\n> All about tea.\n\nHot.\n"
    )
    assert edition(editions, "Hot.") == "# Tea\n\n> All about tea.\n\nHot.\n"


def test_a_program_is_shown_with_its_output_but_without_its_header(editions: TextEditions) -> None:
    text = edition(editions, f"# A\n\n{LINK}\n")
    assert "[`tea/pot.py`](../../snippets/tea/pot.py)" in text
    assert "```python\nprint('hot')\n```" in text
    assert "```text\nhot\n2> hiss\n[exit status 1]\n```" in text
    assert "runnable" not in text


def test_a_program_says_which_libraries_it_needs(
    editions: TextEditions, library: Library, add_snippet: AddSnippet
) -> None:
    assert "libraries" not in edition(editions, f"# A\n\n{LINK}\n")
    header = "# /// script\n# dependencies = ['anyio', 'HTTPX']\n# ///\n"
    add_snippet("tea/pot", f"{header}def pour():\n    import fastapi.routing\n", "")
    assert "```\n\nNeeded libraries: anyio, HTTPX.\n\n" in edition(editions, LINK)
    shared = Library(library.root, ["fastapi", "httpx>=0.28", "pydantic"])
    text = edition(TextEditions(editions.docs, shared), LINK)
    assert "```\n\nNeeded libraries: anyio, HTTPX, fastapi.\n\n" in text


def test_a_program_without_a_recording_says_so(editions: TextEditions, library: Library) -> None:
    library.load("tea/pot").recording_path.unlink()
    question = "1. cold { when='^cold' }\n2. hot { when='^hot' }"
    text = edition(editions, f"# A\n\n{question}\n\n{LINK}\n")
    assert text.endswith("print('hot')\n```\n\nOutput: not recorded yet.\n")
    required = TextEditions(editions.docs, library, recordings="required")
    with pytest.raises(RunnableError, match="has no recording"):
        edition(required, LINK)


def test_an_outdated_recording_says_so(editions: TextEditions, library: Library) -> None:
    origins = Origins(library.root)
    # The recording was made with another version of the program, whose hash differs.
    origins.set("tea/pot", Origin("CPython 3.13", "0" * 12))
    origins.save(library.names())
    text = edition(editions, LINK)
    assert "\n\nOutput, recorded before the program was last changed:\n\n```text\nhot\n" in text


def test_a_diagram_is_replaced_by_its_description(editions: TextEditions) -> None:
    (editions.docs / "diagrams").mkdir()
    (editions.docs / "diagrams" / "pot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4" class="drawing">'
        "<title>Pot</title><desc>Water\n boils.</desc></svg>"
    )
    image = "![Tea &amp; a pot.](../diagrams/pot.svg){ .diagram }"
    text = edition(editions, f"# A\n\n{image}\n\n- One:\n\n    {image}\n\n~~~\n{image}\n~~~\n")
    assert "\n\n[Picture: Tea & a pot. Water boils.]\n\n" in text
    assert "\n    [Picture: Tea & a pot. Water boils.]\n" in text
    assert f"~~~\n{image}\n~~~" in text
    with pytest.raises(RunnableError, match=r"no file docs/diagrams/pan\.svg"):
        edition(editions, image.replace("pot.svg", "pan.svg"))


def test_a_question_is_followed_by_the_answer_that_matches(editions: TextEditions) -> None:
    text = edition(
        editions, f"# A\n\n1. cold {{ when='^cold' }}\n2. hot {{ when='^hot' }}\n\n{LINK}\n"
    )
    assert "\n1. cold\n2. hot\n" in text
    assert "[exit status 1]\n```\n\nThe run matches answer 2.\n" in text
    assert "matches answer" not in edition(editions, f"# A\n\n{LINK}\n")


def test_fenced_code_is_not_changed(editions: TextEditions) -> None:
    fence = f"```{{.markdown}}\n{LINK}\n[x](y.md)\n```"
    assert f"```markdown\n{LINK}\n[x](y.md)\n```" in edition(editions, fence)
    assert "```python\nx\n```" in edition(editions, '```{.python test="skip"}\nx\n```')


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("(cup.md)", "(../cup/index.md)"),
        ("(../index.md#top)", "(../../index.md#top)"),
        ("(times.ipynb)", "(../times/index.md)"),
        ("(teas.toml)", "(../teas.toml)"),
        ("(#colour)", "(#colour)"),
        ("(https://example.org/a.md)", "(https://example.org/a.md)"),
    ],
)
def test_links_lead_to_text_editions(editions: TextEditions, link: str, expected: str) -> None:
    assert f"See [x]{expected}." in edition(editions, f"See [x]{link}.")


def test_an_inline_picture_is_replaced_by_its_description(editions: TextEditions) -> None:
    picture = (
        '<figure>\n<svg viewBox="0 0 1 1"><title id="t">Two cups</title>\n'
        "<desc>One &amp; one.</desc>"
        "<text>noise</text></svg>\n<figcaption>Cups, <b>full</b>.</figcaption>\n</figure>"
    )
    text = edition(editions, f"# A\n\n{picture}\n\nText.")
    assert "[Picture: Two cups. One & one.]\n\nCups, full.\n\nText." in text
    assert "noise" not in text


def test_the_attribute_markdown_is_removed_from_html(editions: TextEditions) -> None:
    assert "<details>" in edition(editions, '<details markdown="1">')


def test_a_missing_snippet_is_an_error(editions: TextEditions) -> None:
    with pytest.raises(RunnableError, match="there is no such file"):
        edition(editions, LINK.replace("pot", "cup"))


def test_a_notebook_is_shown_with_its_code_and_outputs(
    editions: TextEditions, tmp_path: Path
) -> None:
    drawing = {"data": {"image/svg+xml": "<svg/>", "text/plain": "<Figure>"}}
    cells = [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": ["---\ntitle: x\n---\n", "# Times { #when }\n\nTwo.\n{ #two }"],
        },
        {
            "cell_type": "code",
            "metadata": {},
            "source": ["print(1)"],
            # The cell has no `alt`, so nothing describes the drawing, and it is left out.
            "outputs": [{"text": ["1\n"]}, drawing],
        },
        {
            "cell_type": "code",
            "metadata": {"tags": ["hide-input"], "alt": "A rising line"},
            "source": ["draw()"],
            "outputs": [drawing],
        },
    ]
    path = tmp_path / "times.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    assert editions.of_notebook("guide/times.ipynb", path, "Times", "") == (
        "# Times\n\nTwo.\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n"
        "[Picture: A rising line]\n"
    )


def test_outputs_of_a_notebook_become_markdown(editions: TextEditions, tmp_path: Path) -> None:
    table = (
        "<table><caption>Best times</caption><thead><tr><th>Model</th><th>s</th></tr></thead>"
        "<tbody><tr><th>a &lt;|&gt; b</th><td><b>0.1</b>2</td></tr></tbody></table>"
    )
    picture = '<figure><svg viewBox="0 0 1 1" aria-label="Two bars"><g/></svg></figure>'
    plain = {"text/plain": "<IPython.core.display.HTML object>"}
    shown: list[dict[str, object]] = [
        {"text/html": [table, picture], **plain},
        {"text/markdown": ["Twice as ", "**fast**."], **plain},
    ]
    path = tmp_path / "times.ipynb"

    def edition_of_outputs(*data: dict[str, object]) -> str:
        outputs = [{"data": each} for each in data]
        cell = {"cell_type": "code", "metadata": {}, "source": "show()", "outputs": outputs}
        path.write_text(json.dumps({"cells": [cell]}))
        return editions.of_notebook("guide/times.ipynb", path, "Times", "")

    assert edition_of_outputs(*shown).endswith(
        "```\n\nBest times\n\n| Model | s |\n|---|---|\n| a <\\|> b | 0.12 |\n\n"
        "[Picture: Two bars]\n\nTwice as **fast**.\n"
    )
    # HTML that is not well-formed, and an element that is no table and has no description.
    for html in ("<p>no end", "<p>not described</p>"):
        with pytest.raises(RunnableError, match="a cell shows"):
            edition_of_outputs({"text/html": html})


def test_llms_txt_lists_pages_by_section() -> None:
    pages = [ListedPage("How tea brews", "guide/tea/index.md", "Hot.")]
    assert llms_txt("Tea", "All\nabout it.", [("Guide", pages)]) == (
        "# Tea\n\n> All about it.\n\n## Guide\n\n- [How tea brews](guide/tea/index.md): Hot.\n"
    )
