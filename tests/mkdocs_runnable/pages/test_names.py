"""Tests that snippets can have any file name: their links, addresses and HTML ids."""

import json
import posixpath
import re
import tempfile
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.pages.markdown import RunnableExtension
from mkdocs_runnable.snippets.reference import PageContext
from mkdocs_runnable.snippets.snippet import Library, published_path, published_url
from tests.conftest import AddSnippet
from tests.mkdocs_runnable.pages.test_comparison import TRACE


def convert(library: Library, text: str, page: str = "tutorials/tea.md") -> str:
    root = library.root.parent
    extension = RunnableExtension(
        snippets=str(library.root),
        docs=str(root / "docs"),
        cache=str(root / "cache"),
        page=PageContext(path=page, root="../"),
    )
    return Markdown(extensions=[extension]).convert(text)


def link(name: str, options: str = "") -> str:
    return f"[x]({quote(f'../../snippets/{name}.py')}){{ .runnable {options}}}"


def ids(html: str) -> list[str]:
    return re.findall(r' id="([^"]*)"', html)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("pot", "../../snippets/pot.py"),
        ("a b/My-File", "../../snippets/a%20b/My-File.py"),
        ("a b/My-File", "<../../snippets/a b/My-File.py>"),
        ("a b/My-File", "<../../snippets/a%20b/My-File.py>"),
        ("a(1)", "../../snippets/a(1).py"),
        ("100%", "../../snippets/100%.py"),
        ("grün", "../../snippets/grün.py"),
        ("grün", "../../snippets/gr%C3%BCn.py"),
        ("snippets/x", "../../snippets/snippets/x.py"),
    ],
)
def test_links_are_decoded(
    library: Library, add_snippet: AddSnippet, name: str, address: str
) -> None:
    add_snippet(name, "print(1)\n", "1\n")
    html = convert(library, f"[a [b] \\] c]({address}){{ .runnable }}")
    assert f'data-name="{name}"' in html
    assert f'href="../{quote(f"snippets/{name}.py")}">{name}.py</a>' in html


def test_a_page_whose_path_is_unknown_can_show_a_file_in_any_folder(
    library: Library, add_snippet: AddSnippet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(library.root.parent)
    add_snippet("a/snippets/b c", "print(1)\n", "1\n")
    html = Markdown(extensions=[RunnableExtension()]).convert(link("a/snippets/b c"))
    assert 'data-name="a/snippets/b c"' in html
    assert 'data-runtime="../../runtime/"' in html


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("../../snippets/a%20c.py", "snippets/a c.py: there is no such file. Did you mean 'a b'?"),
        ("../snippets/a%20b.py", "../snippets/a b.py would be broken when the page is viewed on a "
         "code host. Expected ../../snippets/a%20b.py, the path from this page to the file."),
        ("../../other/a%20b.py", "../../other/a b.py is not a Python file under snippets/. "
         "Expected a link such as ../../snippets/a%20b.py."),
        ("../../snippets/a%20b.py#L3", "../../snippets/a%20b.py#L3 is not the path of a file: '#' "
         "ends a path. If it is part of the file name, write %23 instead."),
        ("../../snippets/what?.py", "../../snippets/what?.py is not the path of a file: '?' "
         "ends a path. If it is part of the file name, write %3F instead."),
        ("../../snippets/.x/a.py", "../../snippets/.x/a.py cannot be shown: files and folders "
         "whose names begin with a dot, and __pycache__, are not published. Rename it."),
    ],
)  # fmt: skip
def test_a_wrong_link_is_reported_with_the_path_in_the_repository(
    library: Library, add_snippet: AddSnippet, address: str, message: str
) -> None:
    add_snippet("a b", "print(1)\n", "1\n")
    with pytest.raises(RunnableError) as caught:
        convert(library, f"[x]({address}){{ .runnable }}")
    assert str(caught.value) == f"docs/tutorials/tea.md:1: {message}"


def test_names_are_text_and_not_markup(library: Library, add_snippet: AddSnippet) -> None:
    add_snippet("<b>&amp;\"'", "print(1)\n", "1\n")
    html = convert(library, link("<b>&amp;\"'"))
    assert "<b>" not in html
    assert ">&lt;b&gt;&amp;amp;&quot;&#x27;.py</a>" in html
    assert 'href="../snippets/%3Cb%3E%26amp%3B%22%27.py"' in html


def test_two_snippets_of_a_page_never_have_the_same_id(
    library: Library, add_snippet: AddSnippet
) -> None:
    source = "# region lid\nprint(1)\n# endregion\n"
    names = ["a_b", "a-b", "x/y_z", "x-y/z", "a-b-2", "t--lid", "compare/0"]
    for name in [*names, "t"]:
        path = add_snippet(name, source, "1\n")
        path.with_suffix(".trace.json").write_text(json.dumps(TRACE), encoding="utf-8")
    comparison = f"{link('a-b')}\n{link('a_b').replace('[x]', '[y]')}\n".replace(
        "{ .runnable }", ""
    )
    html = convert(
        library,
        "\n\n".join(
            [
                *map(link, names),
                link("t", 'section="lid" '),
                link("t"),
                f"{comparison}{{ .compare-timelines }}",
            ]
        ),
    )
    widgets = re.findall(r'<runnable-snippet id="([^"]*)"', html)
    assert widgets[:5] == ["a-b", "a-b-2", "x-y-z", "x-y-z-2", "a-b-2-2"]
    assert widgets[5:] == ["t--lid", "compare-0", "t--lid-2", "t"]
    # Each timeline, those of the widgets and that of the comparison, hatches waits with a pattern.
    patterns = [each for each in ids(html) if each.startswith("hatch.")]
    assert len(patterns) == len(widgets) + 1
    assert len(set(ids(html))) == len(ids(html)) == 2 * len(widgets) + 1
    for widget, pattern in zip(widgets, patterns, strict=False):
        assert pattern == f"hatch.{widget}"
        assert f"url(#{pattern})" in html
    used = set(re.findall(r"url\(#([^)]*)\)", html))
    assert used == set(patterns)


def test_a_comparison_encodes_the_addresses_of_its_files(
    library: Library, add_snippet: AddSnippet
) -> None:
    for name in ("one by one=1", "grün/<b>"):
        path = add_snippet(name, "print(1)\n", "1\n")
        path.with_suffix(".trace.json").write_text(json.dumps(TRACE), encoding="utf-8")
    links = [
        f"[a=b]({quote('../../snippets/one by one=1.py')})",
        "[c](<../../snippets/grün/%3Cb%3E.py>)",
    ]
    html = convert(library, "\n".join([*links, "{ .compare-timelines }"]))
    match = re.search(r'data-runs="([^"]*)"', html)
    assert match
    runs = json.loads(unescape(match[1]))
    assert [(run["title"], run["name"], run["file"]) for run in runs] == [
        ("a=b", "one by one=1", "../snippets/one%20by%20one%3D1.py"),
        ("c", "grün/<b>", "../snippets/gr%C3%BCn/%3Cb%3E.py"),
    ]
    assert '<a href="../snippets/gr%C3%BCn/%3Cb%3E.py">grün/&lt;b&gt;.py</a>' in html
    assert "a=b 20\u00a0ms, c 20\u00a0ms" in html


PRINTABLE = st.characters(exclude_categories=["C", "Z"], exclude_characters="/") | st.just(" ")
PARTS = st.text(PRINTABLE, min_size=1, max_size=12).filter(
    lambda part: not part.startswith(".") and part != "__pycache__"
)
NAMES = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
PAGES = st.lists(st.sampled_from(["a", "b c", "ü"]), max_size=3).map(
    lambda folders: "/".join([*folders, "page.md"])
)


@given(NAMES, PAGES)
def test_a_file_of_any_name_is_listed_shown_and_published(name: str, page: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder).resolve() / "snippets")
        path = library.path(name)
        path.parent.mkdir(parents=True)
        path.write_text("print(1)\n", encoding="utf-8")
        path.with_name(f"{path.name[:-3]}.out").write_text("1\n", encoding="utf-8")
        assert library.names() == [name]
        assert library.load(name).recording_path.read_text(encoding="utf-8") == "1\n"
        address = posixpath.relpath(
            path.as_posix(), (library.root.parent / "docs" / page).parent.as_posix()
        )
        html = convert(library, f"[x]({quote(address)}){{ .runnable }}", page)
        shown = re.search(r' data-name="([^"]*)"', html)
        target = re.search(r'class="runnable-file" href="\.\./([^"]*)">([^<]*)</a>', html)
        assert shown
        assert target
        assert unescape(shown[1]) == name
        assert unquote(target[1]) == published_path(name)
        assert target[1] == published_url(name)
        assert unescape(target[2]) == f"{name}.py"
        assert not re.search(r"\s", ids(html)[0])
