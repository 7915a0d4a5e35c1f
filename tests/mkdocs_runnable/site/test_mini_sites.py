"""Builds the small sites in tests/mini_sites. Each has a different mistake, except for `good`.

The output of a build is compared with ``expected.txt``, and the pages of the good site are compared
with the files in ``expected/``. ``pytest --refresh`` writes these files again; look at the diff
before you commit it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.conftest import REPOSITORY, write_manifest
from tests.mkdocs_runnable.pages.test_comparison import TRACE

SITES = REPOSITORY / "tests" / "mini_sites"
CASES = sorted(path.parent.name for path in SITES.glob("*/docs"))
BAD = [case for case in CASES if case != "good"]


@pytest.fixture
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Copy the mini-site of a test, and add the files that ``make`` creates before a build."""
    site = tmp_path / "site_of_tea"
    shutil.copytree(SITES / request.param, site)
    shutil.copy(SITES / "mkdocs.yml", site)
    shutil.copytree(SITES / "theme", site / "theme")
    if request.param != "no_runtime":
        runtime = site / "build" / "runtime"
        (runtime / "chunks").mkdir(parents=True)
        (runtime / "widget.js").write_text("// widget\n")
        (runtime / "chunks" / "editor.js").write_bytes(b"\0\xff")
        write_manifest(runtime)
    return site


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=site,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "NO_MKDOCS_2_WARNING": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # both streams together, as in a terminal
        text=True,
        check=False,
        timeout=100,
    )


def build(site: Path) -> subprocess.CompletedProcess[str]:
    return run(site, "mkdocs", "build", "--quiet", "--strict")


def compare(actual: str, expected: Path, *, refresh: bool) -> None:
    """Compare a text with the content of a file, or write it into the file with `refresh`."""
    if refresh:
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(actual, encoding="utf-8")
    assert actual == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("copy", "case"), [(case, case) for case in BAD], indirect=["copy"], ids=BAD
)
def test_a_site_with_a_mistake_is_not_published(copy: Path, case: str, *, refresh: bool) -> None:
    (copy / "site").mkdir()
    (copy / "site" / "index.html").write_text("the last good site")
    # A build runs no notebook, so the command that records it has to report one that fails.
    recording = ("mkdocs_runnable", "record", "docs/guide/times.ipynb")
    done = run(copy, *recording) if case == "failing_notebook" else build(copy)
    assert done.returncode != 0
    output = "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"
    assert "Traceback" not in output
    assert str(copy) not in output, "messages contain no absolute paths"
    compare(output, SITES / case / "expected.txt", refresh=refresh)
    assert [path.name for path in (copy / "site").iterdir()] == ["index.html"], "nothing new"
    assert (copy / "site" / "index.html").read_text() == "the last good site"
    left = {path.name for path in copy.iterdir()} - {path.name for path in (SITES / case).iterdir()}
    assert left <= {"site", "build", "theme", "mkdocs.yml"}, "nothing else is left behind"


@pytest.mark.parametrize("copy", ["good"], indirect=True)
def test_the_good_site_is_published(copy: Path, *, refresh: bool) -> None:
    done = build(copy)
    assert (done.returncode, done.stdout) == (0, "")
    site = copy / "site"
    for page in ("index.html", "guide/tea/index.html"):
        name = page.removesuffix("/index.html").replace("/", "-").removesuffix(".html") + ".html"
        text = (site / page).read_text(encoding="utf-8")
        compare(text, SITES / "good" / "expected" / name, refresh=refresh)
    for path in (copy / "snippets").rglob("*.py"):
        published = site / path.relative_to(copy)
        assert published.read_bytes() == path.read_bytes()
    for path in (copy / "build" / "runtime").rglob("*.js"):
        assert (site / path.relative_to(copy / "build")).read_bytes() == path.read_bytes()
    assert '"tea/threads"' in (site / "verification.json").read_text()
    assert not list(site.rglob("*.out"))
    assert {path.name for path in copy.iterdir() if path.name.startswith(".")} == set()


@pytest.mark.parametrize("copy", ["good"], indirect=True)
def test_programs_of_any_name_are_published_where_pages_look_for_them(copy: Path) -> None:
    names = ["1", "Docs Src/tutorial/001-First", "grün/100% [#1]", "tea/__init__", "tea/a.b", "a_b"]
    for name in [*names, "a-b"]:
        path = copy / "snippets" / f"{name}.py"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("print(1)\n")
        path.with_name(f"{path.stem}.out").write_text("1\n")
        trace = path.with_name(f"{path.stem}.trace.json")
        trace.write_text(json.dumps(TRACE), encoding="utf-8")
    links = [f"[x](../../snippets/{quote(name)}.py){{ .runnable }}" for name in [*names, "a-b"]]
    page = copy / "docs" / "guide" / "odd names.md"
    page.write_text("\n\n".join(["# Odd names", *links, "[a link](#a-b-2)"]), encoding="utf-8")
    done = build(copy)
    assert (done.returncode, done.stdout) == (0, "")
    folder = copy / "site" / "guide" / "odd names"
    html = (folder / "index.html").read_text(encoding="utf-8")
    addresses = re.findall(r'class="runnable-file" href="([^"]*)"', html)
    assert len(addresses) == html.count("<figure ") == len(links)
    text = (folder / "index.md").read_text(encoding="utf-8")
    for address, link in zip(addresses, re.findall(r"Program .*\]\(([^)]*)\)", text), strict=True):
        program = folder / unquote(address)
        assert program.read_text() == "print(1)\n"
        assert (folder / unquote(address.replace(".py", ".trace.json"))).is_file()
        assert (folder / unquote(link)).samefile(program)


@pytest.mark.parametrize("copy", ["good"], indirect=True)
def test_a_complete_build_replaces_the_old_site(copy: Path) -> None:
    (copy / "site").mkdir()
    (copy / "site" / "old.html").write_text("old")
    assert build(copy).returncode == 0
    assert not (copy / "site" / "old.html").exists()
    assert (copy / "site" / "index.html").exists()


@pytest.mark.parametrize("copy", ["good"], indirect=True)
def test_llms_txt_lists_pages_of_nested_sections_below_the_outer_section(copy: Path) -> None:
    docs = copy / "docs"
    (docs / "pot.md").write_text("# The pot\n")
    (docs / "cup.md").write_text("# The cup\n")
    with (copy / "mkdocs.yml").open("a") as config:
        config.write(
            """
nav:
  - index.md
  - Guide:
      - Hot:
          - Tea:
              - guide/tea.md
      - pot.md
  - cup.md
"""
        )
    done = build(copy)
    assert (done.returncode, done.stdout) == (0, "")
    listed = (copy / "site" / "llms.txt").read_text(encoding="utf-8")
    assert re.findall(r"^(?:## .*|- .*\.md(?=\)))", listed, re.MULTILINE) == [
        "## Tea",
        "- [Tea](index.md",
        "- [The cup](cup/index.md",
        "## Guide",
        "- [Tea](guide/tea/index.md",
        "- [The pot](pot/index.md",
    ]


def test_the_mini_sites_are_found() -> None:
    assert "good" in CASES
    assert len(BAD) > 15
