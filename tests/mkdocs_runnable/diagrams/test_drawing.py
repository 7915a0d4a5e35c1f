"""Tests of checking SVG files, and of making figures from them."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_runnable.diagrams.drawing import Drawing, parse, read
from mkdocs_runnable.errors import RunnableError

START = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 90" class="drawing">'
TITLE = "<title>Tea</title>"
ARROW = '<defs><marker id="arrow"><path class="head" d="M0 0 L9 5 L0 9 z"/></marker></defs>'

NAMES = st.from_regex(r"[a-c]{1,2}(-[a-c]{1,2}){0,2}", fullmatch=True)


def drawing(inside: str, name: str = "tea") -> Drawing:
    """Parse an SVG file with a title and these elements."""
    return parse(f"{START}{TITLE}{inside}</svg>", name, "docs/diagrams/tea.svg")


def test_a_drawing_becomes_a_figure_with_a_name() -> None:
    html = drawing('<rect class="box" x="1" y="2" width="3" height="4"/>').to_html("A <cup>.")
    assert html == (
        '<figure class="diagram"><svg viewBox="0 0 400 90" class="drawing" role="img" '
        'aria-labelledby="tea--title"><title id="tea--title">A &lt;cup&gt;.</title>'
        '<rect class="box" x="1" y="2" width="3" height="4" /></svg></figure>'
    )


def test_the_description_of_the_file_is_kept() -> None:
    html = drawing("<desc>First  the\n water.</desc>").to_html("A cup.")
    assert 'aria-describedby="tea--desc"' in html
    assert '<desc id="tea--desc">First the water.</desc>' in html


def test_a_style_sheet_in_the_file_is_removed() -> None:
    html = drawing("<style>.box { fill: red }</style>").to_html("A cup.")
    assert "style" not in html


def test_indentation_is_removed_and_spaces_within_text_stay() -> None:
    html = drawing("\n  <g>\n    <text>at <tspan>await</tspan> <tspan>x</tspan></text>\n  </g>\n")
    text = html.to_html("A cup.")
    assert "<g><text>at <tspan>await</tspan> <tspan>x</tspan></text></g></svg>" in text


def test_ids_begin_with_the_name_of_the_drawing() -> None:
    used = '<path d="M0 0 H9" marker-end="url(#arrow)"/><use href="#arrow"/>'
    html = drawing(ARROW + used).to_html("A cup.")
    assert '<marker id="tea--arrow">' in html
    assert 'marker-end="url(#tea--arrow)"' in html
    assert '<use href="#tea--arrow" />' in html


@given(st.lists(st.tuples(NAMES, st.sets(NAMES, max_size=4)), max_size=4, unique_by=lambda d: d[0]))
def test_ids_of_one_page_are_unique(drawings: list[tuple[str, set[str]]]) -> None:
    html = "".join(
        drawing("".join(f'<g id="{each}"/>' for each in ids), name=name).to_html("A cup.")
        for name, ids in drawings
    )
    found = re.findall(r'\bid="([^"]*)"', html)
    assert len(found) == len(set(found)) == sum(1 + len(ids) for _, ids in drawings)
    # The ids of headings never contain two consecutive hyphens, so they are different too.
    assert all("--" in each for each in found)


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<script>1</script>", "a <script> could run in readers' pages. Remove it."),
        ('<g onclick="1"/>', "onclick on <g> could run a script in readers' pages. Remove it."),
        ('<rect style="fill:red"/>', "style on <rect> bypasses the themes. Give the element a"),
        ('<rect fill="red"/>', "fill on <rect> bypasses the themes."),
        ('<rect stroke-width="2"/>', "stroke-width on <rect> bypasses the themes."),
        ('<text font-size="9">a</text>', "font-size on <text> bypasses the themes."),
        ('<use href="other.svg#a"/>', "<use> refers to other.svg#a, which is outside of the file."),
        (
            '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://a/"/>',
            "<use> refers to http://a/, which is outside of the file.",
        ),
        ('<path marker-end="url(a.svg#b)"/>', "marker-end on <path>: expected url(#id), but"),
        ('<path marker-end="url(#arow)"/>', "#arow refers to no id. Did you mean 'arrow'?"),
        ("<image/>", "<image> is not used in diagrams. Expected one of:"),
        ("<rectangle/>", "<rectangle> is not used in diagrams. Did you mean 'rect'?"),
        ('<rect widthx="9"/>', "widthx on <rect> is not used in diagrams. Did you mean 'width'?"),
        ('<g id="A b"/>', "id='A b': expected lower case with single hyphens between words"),
        ('<g id="title"/>', "id='title': expected lower case"),
        ('<g id="a"/><g id="a"/>', "id='a' occurs twice."),
        ("<g>", "is not well-formed XML: mismatched tag"),
    ],
)
def test_forbidden_content_is_reported(inside: str, message: str) -> None:
    with pytest.raises(RunnableError) as caught:
        drawing(ARROW + inside)
    assert str(caught.value).startswith("docs/diagrams/tea.svg")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (START.replace('viewBox="0 0 400 90" ', ""), 'needs viewBox="0 0 WIDTH HEIGHT"'),
        (START.replace("0 0 400", "5 0 400"), "received: '5 0 400 90'"),
        (START.replace('class="drawing"', 'class="box"'), 'needs class="drawing"'),
        (
            START.replace("class", 'width="400" class'),
            "width on <svg> is not used in diagrams, because viewBox sets the size. Remove it.",
        ),
        (f"<!DOCTYPE svg>{START}", "has a DOCTYPE. Remove it"),
    ],
)
def test_wrong_attributes_of_the_outermost_element_are_reported(start: str, message: str) -> None:
    with pytest.raises(RunnableError, match=re.escape(message)):
        parse(f"{start}{TITLE}</svg>", "tea", "docs/diagrams/tea.svg")


def test_the_outermost_element_has_to_be_svg() -> None:
    with pytest.raises(RunnableError, match="as the outermost element, but received: <g>"):
        parse("<g></g>", "tea", "docs/diagrams/tea.svg")


def test_a_drawing_needs_a_title() -> None:
    with pytest.raises(RunnableError, match="needs a <title>"):
        parse(f"{START}</svg>", "tea", "docs/diagrams/tea.svg")


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "green-tea.svg"
    path.write_text(f"{START}{TITLE}<desc>Green.</desc></svg>", encoding="utf-8")
    read_drawing = read(path, "docs/diagrams/green-tea.svg")
    assert (read_drawing.name, read_drawing.title) == ("green-tea", "Tea")
    assert read_drawing.description == "Green."
    assert ElementTree.fromstring(read_drawing.to_html("A cup.")).tag == "figure"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gren-tea.svg", "there is no file docs/gren-tea.svg. Did you mean 'green-tea.svg'?"),
        ("Green.svg", "docs/Green.svg cannot be a diagram. Expected an SVG file named in lower"),
        ("green--tea.svg", "docs/green--tea.svg cannot be a diagram."),
        ("green-tea.png", "docs/green-tea.png cannot be a diagram."),
    ],
)
def test_a_file_that_cannot_be_used_is_reported(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "green-tea.svg").write_text(f"{START}{TITLE}</svg>", encoding="utf-8")
    with pytest.raises(RunnableError) as caught:
        read(tmp_path / name, f"docs/{name}")
    assert message in str(caught.value)
