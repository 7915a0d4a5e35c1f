"""Tests of reading snippets: names, headers, sections, and messages about mistakes."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import InvalidSpecifier
from runnable_tracer import header as tracer_header

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.header import MOST_WATCHED, Header, SlowNetwork, parse_header
from mkdocs_runnable.snippets.snippet import Anchors, Library, anchor, load
from tests.conftest import REPOSITORY, AddSnippet

# Three parts of the code read headers, and all are tested with these cases: this package, the host
# in the browser (tests/runtime/host/needs/requirements.test.ts) and the tracer.
HEADERS = json.loads((REPOSITORY / "tests/cases/headers.json").read_text(encoding="utf-8"))

HEADER = """\
# /// script
# requires-python = ">=3.13"
# dependencies = []
# [tool.runnable]
# varies = ['\\d+ lost']   # why
# interleaves = '^(\\w+):'
# exact = true
# native = "Threads do not run in the browser yet."
# timeout = 30
# watch = ["ready"]
# network = { latency = 0.05, bandwidth = 125_000 }
# ///

print("first")
"""


def header_of(*lines: str) -> Header:
    """Read a header with these lines of TOML; the first of them is line 2 of demo.py."""
    toml = "".join(f"# {line}\n" for line in lines)
    return parse_header(f"# /// script\n{toml}# ///\n", "demo.py")


def test_every_option_of_a_header_is_read() -> None:
    header = parse_header(HEADER, "demo.py")
    assert header.requires_python == ">=3.13"
    assert [pattern.pattern for pattern in header.varies] == [r"\d+ lost"]
    assert header.interleaves
    assert header.interleaves.pattern == r"^(\w+):"
    assert header.exact
    assert header.native == "Threads do not run in the browser yet."
    assert header.timeout == 30
    assert header.watch == ("ready",)
    assert header.network == SlowNetwork(latency=0.05, bandwidth=125_000)
    assert header.lines == 13, "the blank line after the header belongs to it"


@pytest.mark.parametrize("case", HEADERS, ids=[case["about"] for case in HEADERS])
def test_headers_are_read_as_in_the_browser(case: dict[str, Any]) -> None:
    source = case["source"].replace("\r\n", "\n")
    if case["dependencies"] is None:
        with pytest.raises(RunnableError):
            parse_header(source, "demo.py")
    else:
        header = parse_header(source, "demo.py")
        assert list(header.dependencies) == case["dependencies"]
        assert list(header.watch) == case.get("watch", [])


@pytest.mark.parametrize("case", HEADERS, ids=[case["about"] for case in HEADERS])
def test_the_tracer_watches_what_the_header_says(case: dict[str, Any]) -> None:
    if case["dependencies"] is not None:
        assert list(tracer_header.watched(case["source"])) == case.get("watch", [])


def test_the_tracer_and_the_header_allow_the_same_number_of_watched_names() -> None:
    assert tracer_header.MOST_NAMES == MOST_WATCHED


def test_a_file_needs_no_header() -> None:
    assert parse_header('print("# /// script")\n', "demo.py") == Header()


@pytest.mark.parametrize(
    ("version", "runs"), [("3.12.9", False), ("3.13.0", True), ("3.14.0rc1", True)]
)
def test_requires_python_decides_which_versions_run_a_snippet(version: str, *, runs: bool) -> None:
    assert header_of('requires-python = ">=3.13"').runs_on(version) is runs
    assert Header().runs_on(version)


def test_versions_are_compared_as_in_the_browser() -> None:
    # tests/runtime/host/needs/requirements.test.ts tests the host in the browser with these cases.
    path = REPOSITORY / "tests/cases/python_versions.json"
    for case in json.loads(path.read_text(encoding="utf-8")):
        header = Header(requires_python=case["specifier"])
        if case["allowed"] is None:
            with pytest.raises(InvalidSpecifier):
                header.runs_on(case["version"])
        else:
            assert header.runs_on(case["version"]) is case["allowed"], case


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["requires-python = "], "demo.py:2: the header is not valid TOML: Invalid value."),
        (["x = [", "1,"], "demo.py:3: the header is not valid TOML: "),
        (["requires_python = '>=3'"], "demo.py:2: unknown key 'requires_python' in the header. "
         "Did you mean 'requires-python'?"),
        (["[tool.runnable]", "vary = ['a']"], "demo.py:3: unknown key 'vary' in the header. "
         "Did you mean 'varies'?"),
        (["[tool.runnable]", "zzz = 1"], "demo.py:3: unknown key 'zzz' in the header. "
         "Expected one of: exact, interleaves, native, network, timeline, timeout, varies, watch."),
        (["[tool.runnable]", "exact = true", "lanes = '^(a)'"], "demo.py:4: the option "
         "'lanes' is now called 'interleaves'. Rename it."),
        (["[tool.runnable]", "varies = 'a'"], "demo.py:3: varies: expected a list of strings, "
         "but received: 'a'."),
        (["[tool.runnable]", "varies = ['(a']"], "demo.py:3: varies: '(a' is not a regular "
         "expression: missing ), unterminated subpattern"),
        (["[tool.runnable]", "interleaves = 'a'"], "demo.py:3: interleaves: 'a' needs a group"),
        (["[tool.runnable]", "interleaves = 1"], "demo.py:3: interleaves: expected a string"),
        (["[tool.runnable]", "exact = 1"], "demo.py:3: exact: expected true or false"),
        (["[tool.runnable]", "timeline = 'no'"], "demo.py:3: timeline: expected true or false"),
        (["[tool.runnable]", "native = true"], "demo.py:3: native: expected the reason"),
        (["[tool.runnable]", "watch = 'a'"], "demo.py:3: watch: expected a list of strings"),
        (["[tool.runnable]", "watch = ['a.b']"], "demo.py:3: watch: 'a.b' is not the name "
         "of a variable."),
        (["[tool.runnable]", "watch = ['in']"], "demo.py:3: watch: 'in' is not the name "
         "of a variable."),
        (["[tool.runnable]", "watch = ['a', 'b', 'c', 'd', 'e']"], "demo.py:3: watch: expected at "
         "most 4 names, but received 5."),
        (["[tool.runnable]", "timeline = false", "watch = ['a']"], "demo.py:4: watch: watched "
         "variables are part of the timeline, which is off."),
        (["[tool.runnable]", "timeout = 0"], "demo.py:3: timeout: expected seconds"),
        (["[tool.runnable]", "timeout = true"], "demo.py:3: timeout: expected seconds"),
        (["[tool.runnable]", "network = 0.05"], "demo.py:3: network: expected latency, bandwidth "
         "or both, such as { latency = 0.05, bandwidth = 125_000 }, but received: 0.05."),
        (["[tool.runnable]", "network = {}"], "demo.py:3: network: expected latency, bandwidth "
         "or both"),
        (["[tool.runnable]", "network = { delay = 1 }"], "demo.py:3: network: expected latency, "
         "bandwidth or both"),
        (["[tool.runnable.network]", "latency = -1"], "demo.py:2: network: expected a latency in "
         "seconds, from 0 to 60, but received: -1."),
        (["[tool.runnable]", "network = { latency = true }"], "demo.py:3: network: expected a "
         "latency in seconds"),
        (["[tool.runnable]", "network = { latency = nan }"], "demo.py:3: network: expected a "
         "latency in seconds"),
        (["[tool.runnable]", "network = { bandwidth = 999 }"], "demo.py:3: network: expected a "
         "bandwidth in bytes per second, at least 1000, but received: 999."),
        (["[tool.runnable]", "network = { bandwidth = inf }"], "demo.py:3: network: expected a "
         "bandwidth in bytes per second"),
        (["requires-python = '3'"], "demo.py:2: requires-python: expected a version"),
        (["requires-python = 3"], "demo.py:2: requires-python: expected a version"),
        (["[tool]", "runnable = 1"], "demo.py:3: expected a table [tool.runnable]"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_reported_with_its_line(lines: list[str], message: str) -> None:
    with pytest.raises(RunnableError) as caught:
        header_of(*lines)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("# /// script\n# a = 1\nprint()\n", "demo.py:1: the header is not closed."),
        ("# /// script\n# ///\n# /// script\n# ///\n", "demo.py:3: a second '# /// script'"),
    ],
)
def test_a_header_that_is_not_closed_or_occurs_twice_is_reported(source: str, message: str) -> None:
    with pytest.raises(RunnableError) as caught:
        parse_header(source, "demo.py")
    assert str(caught.value).startswith(message)


def write(tmp_path: Path, source: str | bytes) -> Path:
    """Write a program into a file, and return its path."""
    path = tmp_path / "demo.py"
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    return path


def test_regions_become_sections(tmp_path: Path) -> None:
    source = (
        "x = 1\n# region outer\n\ny = 2\n    # region inner-1\n    # z\n"
        "    # endregion\n# endregion outer\n"
    )
    snippet = load(write(tmp_path, source))
    assert dict(snippet.sections) == {"outer": (3, 7), "inner-1": (6, 6)}
    assert snippet.shown_lines("inner-1") == (6, 6)
    assert snippet.shown_lines() == (1, 8)


def test_a_page_shows_everything_but_the_header(tmp_path: Path) -> None:
    assert load(write(tmp_path, HEADER)).shown_lines() == (14, 14)


def test_an_unknown_section_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    snippet = load(write(tmp_path, "# region judit\nx = 1\n# endregion\n"))
    with pytest.raises(
        RunnableError, match=r"no section 'judith' in demo.py. Did you mean 'judit'"
    ):
        snippet.shown_lines("judith")


def test_a_section_of_a_file_without_regions_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RunnableError, match="has no '# region' lines"):
        load(write(tmp_path, "x = 1\n")).shown_lines("judit")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("# region a\nx = 1\n", ":1: section 'a' is not closed"),
        ("x = 1\n# endregion\n", ":2: '# endregion' without '# region'"),
        (
            "# region a\n1\n# endregion\n# region a\n2\n# endregion\n",
            ":4: this file already has a section 'a'",
        ),
        (
            "# region a\n# region a\n1\n# endregion\n# endregion\n",
            ":2: this file already has a section 'a'",
        ),
        ("# region a\n# endregion\n", ":1: section 'a' is empty"),
        ("# region Two Words\n1\n# endregion\n", ":1: expected '# region name'"),
        ("x = 1\nif x\n", ":2: syntax error: expected ':'"),
        (b"x = 1\ny = '\xff'\n", ":2: the file is not UTF-8: invalid start byte."),
    ],
)
def test_a_file_with_a_mistake_is_reported_with_its_line(
    tmp_path: Path, source: str | bytes, message: str
) -> None:
    path = write(tmp_path, source)
    with pytest.raises(RunnableError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_a_null_byte_is_a_syntax_error(tmp_path: Path) -> None:
    with pytest.raises(RunnableError, match="syntax error: source code string cannot contain null"):
        load(write(tmp_path, "x = '\0'\n"))


def test_missing_and_unreadable_files_are_reported(tmp_path: Path) -> None:
    with pytest.raises(RunnableError, match=r"gone.py: there is no such file"):
        load(tmp_path / "gone.py")
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(RunnableError, match=r"folder.py: the file cannot be read: Is a directory."):
        load(tmp_path / "folder.py")


def test_syntax_of_newer_interpreters_is_not_checked(tmp_path: Path) -> None:
    source = '# /// script\n# requires-python = ">=4"\n# ///\nfuture syntax here\n'
    assert not load(write(tmp_path, source)).header.runs_on()


def test_line_endings_and_byte_order_marks_are_normalised(tmp_path: Path) -> None:
    snippet = load(write(tmp_path, b"\xef\xbb\xbfx = 1\r\ny = 2\r\n"))
    assert snippet.lines == ("x = 1", "y = 2")


def test_a_library_lists_and_loads_its_snippets(library: Library, add_snippet: AddSnippet) -> None:
    add_snippet("tea/pot", "print(1)\n")
    add_snippet("chess/judit", "print(2)\n")
    assert library.names() == ["chess/judit", "tea/pot"]
    assert [snippet.name for snippet in library.load_all()] == ["chess/judit", "tea/pot"]
    assert library.load("tea/pot").recording_path == library.root / "tea" / "pot.out"


def test_a_library_suggests_the_nearest_name(library: Library, add_snippet: AddSnippet) -> None:
    add_snippet("chess/judit", "print(2)\n")
    with pytest.raises(RunnableError) as caught:
        library.load("chess/judith")
    expected = "snippets/chess/judith.py: there is no such file. Did you mean 'chess/judit'?"
    assert str(caught.value) == expected


def test_a_library_reports_all_problems_together(library: Library, add_snippet: AddSnippet) -> None:
    add_snippet("tea/pot", "if\n")
    add_snippet("tea/cup", "# endregion\n")
    with pytest.raises(RunnableError) as caught:
        library.load_all()
    assert len(str(caught.value).splitlines()) == 2


# Names that Python can run, each different from the others on every file system.
ODD_NAMES = (
    "pot",
    "Tea/My-File",
    "tea/001 first",
    "tea/deep/on the fire/x.y",
    "tea/__init__",
    "tea/__main__",
    "tee/gr\u00fcn \u8336",
    "tea/100% (1) [a] #1?",
    "tea/-x",
    "tea/it's & <b>",
    "tea/pot.py",
)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_snippet_can_have_any_name_in_any_folder(
    library: Library, add_snippet: AddSnippet, name: str
) -> None:
    path = add_snippet(name, "print(1)\n")
    assert library.names() == [name]
    assert library.load(name).path == path
    assert library.name_of(path) == name


def test_hidden_files_caches_folders_and_names_that_are_not_utf_8_are_not_snippets(
    library: Library, add_snippet: AddSnippet
) -> None:
    for name in (".venv/lib", "tea/.draft", "tea/__pycache__/pot", ""):
        add_snippet(name, "print(1)\n")
        with pytest.raises(RunnableError, match="there is no such file"):
            library.load(name)
    (library.root / "folder.py").mkdir()
    # A name that is not valid UTF-8.
    (library.root / os.fsdecode(b"\xff.py")).write_text("print(1)\n")
    assert library.names() == []


def test_an_empty_file_that_marks_a_package_is_not_a_snippet(
    library: Library, add_snippet: AddSnippet
) -> None:
    add_snippet("tea/__init__", "")
    add_snippet("tea/pot", "print(1)\n")
    assert library.names() == ["tea/pot"]
    with pytest.raises(RunnableError) as caught:
        library.load("tea/__init__")
    expected = "snippets/tea/__init__.py: this empty file only marks a package. Name a program."
    assert str(caught.value) == expected


def test_only_a_python_file_in_the_library_has_a_name(library: Library) -> None:
    root = library.root
    assert library.name_of(root / "tea" / ".." / "pot.py") == "pot"
    assert library.name_of(root / ".." / root.name / "a" / "b" / "c.py") == "a/b/c"
    assert library.name_of(root / ".." / "pot.py") is None
    assert library.name_of(root / "pot.txt") is None
    assert Library(root / "tea" / "..").root == root


def test_names_are_sorted_by_folder(library: Library, add_snippet: AddSnippet) -> None:
    for name in ("a-b/c", "a/z", "b", "a/a", "B"):
        add_snippet(name, "")
    assert library.names() == ["B", "a/a", "a/z", "a-b/c", "b"]


def test_recordings_of_names_with_dots_keep_the_whole_name(
    library: Library, add_snippet: AddSnippet
) -> None:
    files = []
    for name in ("a", "a.b", "a.out", "a.trace", "a.", "a.py"):
        add_snippet(name, "")
        snippet = library.load(name)
        files += [snippet.recording_path, snippet.trace_path]
        assert files[-2:] == [library.root / f"{name}.out", library.root / f"{name}.trace.json"]
    assert len(set(files)) == len(files)


def test_the_id_of_a_widget_is_made_of_its_name_and_its_section() -> None:
    assert anchor("tea/green_pot") == "tea-green-pot"
    assert anchor("tea/green_pot", "lid-1") == "tea-green-pot--lid-1"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_ids_of_all_names_are_valid(name: str) -> None:
    # Letters and digits of any language, and hyphens.
    assert re.fullmatch(r"[^\W_]+|[^\W_-]*(-[^\W_-]*)+", anchor(name))


def test_two_encodings_of_an_accented_letter_have_one_id() -> None:
    assert anchor("gru\u0308n") == anchor("gr\u00fcn") == "gr\u00fcn"


def test_all_widgets_of_a_page_have_different_ids() -> None:
    anchors = Anchors()
    widgets = [
        ("a_b", None),
        ("a-b", None),
        ("x/y_z", None),
        ("x-y/z", None),
        ("a b", None),
        ("a-b-2", None),
        ("t", "lid"),
        ("t--lid", None),
        ("T", "lid"),
        ("t_", "-lid"),
    ]
    ids = [anchors.take(name, section) for name, section in widgets]
    assert ids[:5] == ["a-b", "a-b-2", "x-y-z", "x-y-z-2", "a-b-3"]
    assert ids[6:8] == ["t--lid", "t--lid-2"]
    assert len(set(ids)) == len(ids)


def test_a_symbolic_link_to_itself_is_refused(library: Library) -> None:
    library.path("pot").symlink_to(library.path("pot"))
    with pytest.raises(RunnableError, match=r"snippets/pot.py: "):
        library.load("pot")


def test_a_name_that_is_too_long_for_a_file_is_reported(library: Library) -> None:
    with pytest.raises(RunnableError, match="there is no such file"):
        library.load("x" * 5000)


def test_a_symbolic_link_out_of_the_library_is_refused(
    library: Library, add_snippet: AddSnippet
) -> None:
    outside = library.root.parent / "outside.py"
    outside.write_text("print(1)\n")
    add_snippet("tea/pot", "print(1)\n")
    library.path("tea/cup").symlink_to(outside)
    with pytest.raises(RunnableError, match=r"tea/cup.py: the link points outside snippets/"):
        library.load("tea/cup")
