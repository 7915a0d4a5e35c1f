"""Tests of diagrams on pages, as the Markdown extension makes them."""

from pathlib import Path

import pytest
from markdown import Markdown

from mkdocs_runnable.diagrams.markdown import DiagramsExtension
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.reference import PageContext

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 90" class="drawing">'
    "<title>A pot</title>{}</svg>"
)
POT = "![A pot of tea.](../diagrams/pot.svg){ .diagram }"
CUP = "![A cup of tea.](../diagrams/cup.svg){ .diagram }"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "diagrams").mkdir(parents=True)
    (folder / "diagrams" / "pot.svg").write_text(SVG.format(""), encoding="utf-8")
    (folder / "diagrams" / "cup.svg").write_text(SVG.format(""), encoding="utf-8")
    broken = SVG.format('<path fill="red"/>')
    (folder / "diagrams" / "broken.svg").write_text(broken, encoding="utf-8")
    return folder


def convert(docs: Path, text: str, raw: str | None = None) -> str:
    """Convert the Markdown of the page guide/tea.md to HTML.

    Args:
        docs: The folder of the pages.
        text: The Markdown, which MkDocs passes to extensions without the front matter.
        raw: The whole text of the file, if it begins with a front matter.
    """
    page = PageContext(path="guide/tea.md", raw=raw)
    extension = DiagramsExtension(docs=str(docs), page=page)
    return Markdown(extensions=[extension, "md_in_html"]).convert(text)


def test_a_marked_image_becomes_a_figure(docs: Path) -> None:
    html = convert(docs, f"Look.\n\n{POT}\n\nThen.\n")
    assert html.startswith('<p>Look.</p>\n<figure class="diagram"><svg ')
    assert html.endswith("</svg></figure>\n<p>Then.</p>")
    assert '<title id="pot--title">A pot of tea.</title>' in html


def test_a_marked_image_works_inside_other_blocks(docs: Path) -> None:
    html = convert(docs, f'<details markdown="1">\n<summary>S</summary>\n\n{POT}\n\n</details>\n')
    assert '<figure class="diagram">' in html
    assert "<p><figure" not in html


def test_ids_are_unique_when_a_page_has_two_drawings(docs: Path) -> None:
    html = convert(docs, f"{POT}\n\n{CUP}\n")
    assert html.count('aria-labelledby="pot--title"') == 1
    assert html.count('aria-labelledby="cup--title"') == 1


def test_one_extension_renders_several_pages(docs: Path) -> None:
    page = PageContext(path="guide/tea.md")
    md = Markdown(extensions=[DiagramsExtension(docs=str(docs), page=page)])
    assert md.convert(POT) == md.reset().convert(POT)


def test_other_images_are_not_changed(docs: Path) -> None:
    assert convert(docs, "![A photo](photo.jpg)") == '<p><img alt="A photo" src="photo.jpg" /></p>'


def test_a_marked_image_in_code_stays_code(docs: Path) -> None:
    assert "<figure" not in convert(docs, f"    {POT}\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "![Milk.](../diagrams/pit.svg){ .diagram }",
            "docs/guide/tea.md:3: there is no file docs/diagrams/pit.svg. Did you mean 'pot.svg'?",
        ),
        (
            "![Milk.](../diagrams/broken.svg){ .diagram }",
            "docs/guide/tea.md:3: docs/diagrams/broken.svg: fill on <path> bypasses the themes.",
        ),
        (
            "![Milk.](diagrams/pot.svg){ .diagram }",
            "docs/guide/tea.md:3: diagrams/pot.svg is not in docs/diagrams/. "
            "Expected ../diagrams/pot.svg, the path from this page.",
        ),
        (
            "![ ](../diagrams/pot.svg){ .diagram }",
            "docs/guide/tea.md:3: the diagram ../diagrams/pot.svg has no text alternative",
        ),
        (
            f"Look: {POT}",
            "docs/guide/tea.md:3: the image ../diagrams/pot.svg is marked .diagram, but is not a "
            "paragraph of its own. Expected, on one line between blank lines: "
            "![What the picture shows.](path/to/diagrams/name.svg){ .diagram }",
        ),
        (
            "![Milk.](../diagrams/pot.svg)",
            "docs/guide/tea.md:3: the diagram ../diagrams/pot.svg has no mark, so it would not",
        ),
        (
            "Milk.\n{: .diagram }",
            "docs/guide/tea.md:4: a mark on <p> is marked .diagram, but is not",
        ),
        (
            f"{POT}\n\n{POT}",
            "docs/guide/tea.md:5: pot.svg is on this page already, on line 3. Show it once.",
        ),
    ],
)
def test_a_mistake_is_reported_with_its_line(docs: Path, text: str, message: str) -> None:
    page = f"# Tea\n\n{text}\n"
    with pytest.raises(RunnableError) as caught:
        convert(docs, page)
    assert str(caught.value).startswith(message)


def test_the_reported_line_is_counted_from_the_beginning_of_the_file(docs: Path) -> None:
    line = "![Milk.](../diagrams/milk.svg){ .diagram }"
    raw = f"---\ntitle: Tea\n---\n\n```markdown\n{line}\n```\n\n{line}\n"
    with pytest.raises(RunnableError, match=r"^docs/guide/tea.md:9: there is no file"):
        convert(docs, line, raw=raw)


def test_a_diagram_is_found_if_the_page_is_unknown(docs: Path) -> None:
    md = Markdown(extensions=[DiagramsExtension(docs=str(docs))])
    assert "<figure" in md.convert(POT)
    with pytest.raises(RunnableError, match=r"^this page:1: there is no file"):
        md.reset().convert(POT.replace("pot.svg", "nothing.svg"))
