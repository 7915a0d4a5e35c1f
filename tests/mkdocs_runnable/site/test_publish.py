"""Tests of the files that a site needs beside its pages, without MkDocs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mkdocs_runnable.built_files import MANIFEST, files_of_one_build
from mkdocs_runnable.cli import main
from mkdocs_runnable.project import Project
from mkdocs_runnable.site.publish import SiteFile, everything, published, read_pages
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import REPOSITORY, AddSnippet, write_manifest

CONFIGURATION = """\
site_name: Tea
site_description: All about it.
plugins:
  - runnable:
      runtime: runtime
      text_editions: true
      verification: results
"""


@pytest.fixture
def project(library: Library, add_snippet: AddSnippet) -> Project:
    root = library.root.parent
    (root / "mkdocs.yml").write_text(CONFIGURATION)
    (root / "runtime" / "chunks").mkdir(parents=True)
    (root / "runtime" / "widget.js").write_text("// widget")
    (root / "runtime" / "chunks" / "a.js").write_text("// chunk")
    write_manifest(root / "runtime")
    add_snippet("tea/pot", "print('tea')\n", "tea\n")
    page = root / "docs" / "guide" / "pot.md"
    page.parent.mkdir(parents=True)
    page.write_text(
        "---\ntitle: The pot\ndescription: It is hot.\n---\n\n# A pot\n\n"
        "[pot](../../snippets/tea/pot.py){ .runnable }\n"
    )
    (root / "docs" / "index.md").write_text("# Tea\n\nSee [the pot](guide/pot.md).\n")
    return Project.at(root)


def contents(files: list[SiteFile]) -> dict[str, str]:
    """Return the text of each file, by its path in the site."""
    return {
        file.path: file.content.decode()
        if isinstance(file.content, bytes)
        else file.content.read_text()
        for file in files
    }


def test_programs_runtime_and_results_are_published(project: Project) -> None:
    files = contents(list(published(project)))
    assert list(files) == [
        "runtime/chunks/a.js",
        "runtime/widget.js",
        "snippets/tea/pot.py",
        "verification.json",
    ]
    assert files["snippets/tea/pot.py"] == "print('tea')\n"
    assert list(json.loads(files["verification.json"])["snippets"]) == ["tea/pot"]


def change(path: Path, text: str = "// of another build") -> None:
    path.write_text(text)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda runtime: change(runtime / "widget.js"), "widget.js comes from another build than"),
        (lambda runtime: change(runtime / "chunks/a.js"), "chunks/a.js comes from another build"),
        (lambda runtime: (runtime / "chunks/a.js").unlink(), "chunks/a.js is missing. "),
        (lambda runtime: change(runtime / MANIFEST, "{}"), "manifest.json cannot be read. "),
        (
            lambda runtime: (runtime / MANIFEST).unlink(),
            "manifest.json is missing, so the build has not finished. ",
        ),
    ],
)
def test_files_that_are_not_those_of_one_complete_build_are_not_published(
    project: Project,
    tmp_path: Path,
    damage: Callable[[Path], None],
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project.root)
    damage(project.root / "runtime")
    assert main(["publish", str(tmp_path / "public")]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"Error: runtime: these files cannot run programs: {reason}")
    assert line.endswith("Replace the folder with all files of one build.")
    assert not (tmp_path / "public").exists()


def test_files_of_earlier_builds_are_not_published(project: Project) -> None:
    (project.root / "runtime" / "chunks" / "old.js").write_text("// chunk of an earlier build")
    names = [file.path for file in published(project)]
    assert "runtime/chunks/a.js" in names
    assert "runtime/chunks/old.js" not in names


def test_the_runtime_of_the_engine_is_complete() -> None:
    runtime = REPOSITORY / "build" / "runtime"
    names = set(files_of_one_build(runtime, REPOSITORY / "build" / "prerender.mjs"))
    there = {path.relative_to(runtime).as_posix() for path in runtime.rglob("*") if path.is_file()}
    # Only these two files are not needed to run programs on a site.
    assert there - names == {"harness.js", MANIFEST}


def test_results_are_only_published_if_the_project_wants_them(project: Project) -> None:
    (project.root / "mkdocs.yml").write_text("plugins: [runnable: {runtime: runtime}]")
    names = [file.path for file in everything(Project.at(project.root))]
    assert names == ["runtime/chunks/a.js", "runtime/widget.js", "snippets/tea/pot.py"]


def test_pages_are_read_with_their_front_matter(project: Project) -> None:
    sections = read_pages(project.docs)
    assert [heading for heading, _ in sections] == ["Pages", "guide"]
    (pot,) = sections[1][1]
    assert (pot.uri, pot.title, pot.description) == ("guide/pot.md", "The pot", "It is hot.")
    assert str(pot.text).lstrip().startswith("# A pot")


def test_the_command_writes_everything_without_mkdocs(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    site = tmp_path / "public"
    assert main(["publish", str(site)]) == 0
    written = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert written == {
        "guide/pot/index.md",
        "index.md",
        "llms.txt",
        "runtime/chunks/a.js",
        "runtime/widget.js",
        "snippets/tea/pot.py",
        "verification.json",
    }
    edition = (site / "guide" / "pot" / "index.md").read_text()
    assert "Program [`tea/pot.py`](../../snippets/tea/pot.py)" in edition
    assert "- [The pot](guide/pot/index.md): It is hot." in (site / "llms.txt").read_text()
