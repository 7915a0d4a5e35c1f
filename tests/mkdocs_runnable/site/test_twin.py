"""Pages as plain Markdown."""

import json
from pathlib import Path

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.snippet import Library
from mkdocs_runnable.site.twin import Listed, Twins, address, llms_txt
from tests.conftest import AddSnippet

LINK = "[snippets/tea/pot.py](../../snippets/tea/pot.py){ .runnable }"


@pytest.fixture
def twins(library: Library, add_snippet: AddSnippet, tmp_path: Path) -> Twins:
    add_snippet("tea/pot", "# /// script\n# ///\nprint('hot')\n", "hot\n2> hiss\n[exit status 1]\n")
    (tmp_path / "docs" / "guide").mkdir(parents=True)
    return Twins(tmp_path / "docs", library)


def twin(twins: Twins, text: str, page: str = "guide/tea.md") -> str:
    return twins.of_page(page, text, "Tea", "All about\ntea.")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("index.md", "index.md"),
        ("guide/tea.md", "guide/tea/index.md"),
        ("guide/index.md", "guide/index.md"),
        ("guide/times.ipynb", "guide/times/index.md"),
    ],
)
def test_address(page: str, expected: str) -> None:
    assert address(page) == expected


def test_ids_are_left_out(twins: Twins) -> None:
    assert twin(twins, "# A\n\nHot.\n{ #hot }\n\nTea.").endswith("\n\nHot.\n\nTea.\n")
    fence = "```\n# a { #b }\n```\n\nA { #b }\n"
    assert twin(twins, "# How tea brews { #tea }\n\n## In a pot { #pot .hot }\n\n" + fence) == (
        "# How tea brews\n\n> All about tea.\n\n## In a pot\n\n" + fence
    )


def test_the_description_follows_the_heading(twins: Twins) -> None:
    assert (
        twin(twins, "# How tea brews\n\nHot.\n") == "# How tea brews\n\n> All about tea.\n\nHot.\n"
    )
    assert twin(twins, "Hot.") == "# Tea\n\n> All about tea.\n\nHot.\n"


def test_a_program_comes_with_its_output_and_without_its_header(twins: Twins) -> None:
    text = twin(twins, f"# A\n\n{LINK}\n")
    assert "[`tea/pot.py`](../../snippets/tea/pot.py)" in text
    assert "```python\nprint('hot')\n```" in text
    assert "```text\nhot\n2> hiss\n[exit status 1]\n```" in text
    assert "runnable" not in text


def test_a_diagram_becomes_its_description(twins: Twins) -> None:
    (twins.docs / "diagrams").mkdir()
    (twins.docs / "diagrams" / "pot.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4" class="drawing">'
        "<title>Pot</title><desc>Water\n boils.</desc></svg>"
    )
    image = "![Tea &amp; a pot.](../diagrams/pot.svg){ .diagram }"
    text = twin(twins, f"# A\n\n{image}\n\n- One:\n\n    {image}\n\n~~~\n{image}\n~~~\n")
    assert "\n\n[Picture: Tea & a pot. Water boils.]\n\n" in text
    assert "\n    [Picture: Tea & a pot. Water boils.]\n" in text
    assert f"~~~\n{image}\n~~~" in text
    with pytest.raises(RunnableError, match=r"no file docs/diagrams/pan\.svg"):
        twin(twins, image.replace("pot.svg", "pan.svg"))


def test_a_question_comes_with_the_answer_that_holds(twins: Twins) -> None:
    text = twin(twins, f"# A\n\n1. cold {{ when='^cold' }}\n2. hot {{ when='^hot' }}\n\n{LINK}\n")
    assert "\n1. cold\n2. hot\n" in text
    assert "[exit status 1]\n```\n\nThe run matches answer 2.\n" in text
    assert "So answer" not in twin(twins, f"# A\n\n{LINK}\n")


def test_nothing_changes_in_fences(twins: Twins) -> None:
    fence = f"```{{.markdown}}\n{LINK}\n[x](y.md)\n```"
    assert f"```markdown\n{LINK}\n[x](y.md)\n```" in twin(twins, fence)
    assert "```python\nx\n```" in twin(twins, '```{.python test="skip"}\nx\n```')


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
def test_links_lead_to_twins(twins: Twins, link: str, expected: str) -> None:
    assert f"See [x]{expected}." in twin(twins, f"See [x]{link}.")


def test_pictures_are_described(twins: Twins) -> None:
    picture = (
        '<figure>\n<svg viewBox="0 0 1 1"><title id="t">Two cups</title>\n'
        "<desc>One &amp; one.</desc>"
        "<text>noise</text></svg>\n<figcaption>Cups, <b>full</b>.</figcaption>\n</figure>"
    )
    text = twin(twins, f"# A\n\n{picture}\n\nText.")
    assert "[Picture: Two cups. One & one.]\n\nCups, full.\n\nText." in text
    assert "noise" not in text
    assert "<details>" in twin(twins, '<details markdown="1">')


def test_what_is_not_there_is_an_error(twins: Twins) -> None:
    with pytest.raises(RunnableError, match="there is no such file"):
        twin(twins, LINK.replace("pot", "cup"))


def test_a_notebook(twins: Twins, tmp_path: Path) -> None:
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
    assert twins.of_notebook("guide/times.ipynb", path, "Times", "") == (
        "# Times\n\nTwo.\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n"
        "[Picture: A rising line]\n"
    )


def test_what_a_notebook_shows_is_markdown_in_its_twin(twins: Twins, tmp_path: Path) -> None:
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

    def made(*data: dict[str, object]) -> str:
        outputs = [{"data": each} for each in data]
        cell = {"cell_type": "code", "metadata": {}, "source": "show()", "outputs": outputs}
        path.write_text(json.dumps({"cells": [cell]}))
        return twins.of_notebook("guide/times.ipynb", path, "Times", "")

    assert made(*shown).endswith(
        "```\n\nBest times\n\n| Model | s |\n|---|---|\n| a <\\|> b | 0.12 |\n\n"
        "[Picture: Two bars]\n\nTwice as **fast**.\n"
    )
    for html in ("<p>no end", "<p>seen by nobody</p>"):
        with pytest.raises(RunnableError, match="a cell shows"):
            made({"text/html": html})


def test_llms_txt() -> None:
    pages = [Listed("How tea brews", "guide/tea/index.md", "Hot.")]
    assert llms_txt("Tea", "All\nabout it.", [("Guide", pages)]) == (
        "# Tea\n\n> All about it.\n\n## Guide\n\n- [How tea brews](guide/tea/index.md): Hot.\n"
    )
