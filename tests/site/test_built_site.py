"""Tests of the site that `make build` has made."""

import json
from pathlib import Path

from mkdocs_runnable.diagrams.markdown import is_diagram, load
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.verification import EXPECTED
from mkdocs_runnable.snippets.reference import is_marked, marked_lines, parse, with_fences
from tests.conftest import REPOSITORY
from tests.site import checks

PROJECT = Project.at(REPOSITORY)
LIBRARY = PROJECT.library
# The budget for what a page transfers before the first Run, in bytes after gzip.
MAX_WEIGHT = 150 * 1024


def listed(problems: list[str]) -> str:
    """Return problems, one in each line, as the message of a failed test."""
    return "\n".join(["", *problems])


def html_path(site: Path, page: Path) -> Path:
    """Return the HTML file of a page, given the path of the page within the folder of the pages."""
    name = page.with_suffix("")
    return site / (name.parent if name.name == "index" else name) / "index.html"


def test_there_are_no_dead_links(site: Path) -> None:
    problems = checks.dead_links(site)
    assert not problems, listed(problems)


def test_no_heading_skips_a_level(site: Path) -> None:
    problems = checks.skipped_headings(site)
    assert not problems, listed(problems)


def test_every_page_can_be_reached_from_the_home_page(site: Path) -> None:
    problems = checks.orphans(site)
    assert not problems, listed(problems)


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    problems = checks.foreign_assets(site)
    assert not problems, listed(problems)


def test_all_files_that_pages_load_exist(site: Path) -> None:
    problems = checks.missing_assets(site)
    assert not problems, listed(problems)


def test_snippets_are_published_byte_for_byte(site: Path) -> None:
    problems = checks.unpublished(site, LIBRARY)
    assert not problems, listed(problems)


def test_source_and_output_are_shown_without_scripts(site: Path) -> None:
    problems = []
    for page in sorted(PROJECT.docs.rglob("*.md")):
        lines = marked_lines(page.read_text(encoding="utf-8"))
        references = [parse(line) for _, line in lines if is_marked(line)]
        expected = [
            (each.href.rpartition("snippets/")[2].removesuffix(".py"), each.section)
            for each in references
        ]
        html = html_path(site, page.relative_to(PROJECT.docs)).read_text(encoding="utf-8")
        found = checks.incomplete_widgets(html, expected, LIBRARY)
        problems += [f"{page.name}: {problem}" for problem in found]
    assert not problems, listed(problems)


def test_diagrams_are_inline_and_have_names(site: Path) -> None:
    problems, count = [], 0
    for page in sorted(PROJECT.docs.rglob("*.md")):
        name = page.relative_to(PROJECT.docs)
        expected = [
            load(line, PROJECT.docs, name.as_posix())[1].name
            for line, place in with_fences(page.read_text(encoding="utf-8"))
            if place == "outside" and is_diagram(line)
        ]
        html = html_path(site, name).read_text(encoding="utf-8")
        problems += [f"{name}: {each}" for each in checks.wrong_diagrams(html, expected)]
        count += len(expected)
    assert not problems, listed(problems)
    # The site has more diagrams than that. Fewer would mean that this test does not find them.
    assert count >= 12


def test_no_page_transfers_more_than_the_budget(
    site: Path, report_weights: list[checks.Weight]
) -> None:
    weights = checks.weights(site)
    report_weights.extend(weights)
    heavy = [f"{each.page}: {each.bytes} bytes" for each in weights if each.bytes > MAX_WEIGHT]
    assert not heavy, listed(heavy)


def test_the_search_covers_text_and_code_but_no_recordings(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    text = "\n".join(section["text"] for section in index["docs"])
    assert "asyncio.run(main())" in text
    assert "The event loop" in text
    # The last one is how the first row of a timeline's table would appear in the index.
    for phrase in ("<p>Recorded on CPython", "Timeline recorded on", "RowStateFrom"):
        assert phrase not in text


def test_the_search_does_not_find_lists_of_sources(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    sources = [each["text"] for each in index["docs"] if each["location"].endswith("#sources")]
    assert len(sources) > 20
    assert set(sources) == {""}


def test_verification_json_says_for_each_snippet_where_it_has_run_or_why_not(site: Path) -> None:
    snippets = json.loads((site / "verification.json").read_text(encoding="utf-8"))["snippets"]
    assert sorted(snippets) == LIBRARY.names()
    for name, entry in snippets.items():
        assert entry["sha256"] == LIBRARY.load(name).sha256
        ran = {run["runner"] for run in entry["runs"]}
        not_run = {each["runner"] for each in entry["not_run"]}
        assert ran | not_run >= set(EXPECTED.values()), f"{name}: has no entry for some runners"
        assert not ran & not_run
        assert all(each["reason"] for each in entry["not_run"])
        assert all(run["when"] and run["version"] and run["outcome"] for run in entry["runs"])
