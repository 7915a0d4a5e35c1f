"""Tests that the search takes its entries for unchanged pages from the cache."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from material.plugins.search.plugin import (  # type: ignore[import-untyped]
    SearchIndex,
    SearchPlugin,
)
from mkdocs.structure.toc import get_toc

from mkdocs_runnable.cache import Cache
from mkdocs_runnable.site.kept_search import SEARCH, keep_entries, without_excluded

CONTENT = (
    '<h1 id="tea">Tea</h1><p>Green.</p><h2 id="pots">Pots</h2><pre><code>1 &lt; 2</code></pre>'
)
TOKENS: Any = [{"level": 2, "id": "pots", "name": "Pots", "children": []}]


def page(**changes: Any) -> Any:
    """Return what the search plugin reads of a page."""
    found = {"content": CONTENT, "toc": get_toc(TOKENS), "url": "tea/", "title": "Tea", "meta": {}}
    return SimpleNamespace(**(found | changes))


class Index:
    """The index of one build, made with or without a cache."""

    def __init__(self, cache: Cache | None) -> None:
        plugin = SearchPlugin()
        plugin.search_index = self._index = SearchIndex()
        if cache:
            keep_entries(SimpleNamespace(plugins={SEARCH: plugin}), cache)  # type: ignore[arg-type]

    def entries(self, *pages: Any) -> list[dict[str, Any]]:
        """Return the entries for some pages, in the form in which they are published."""
        for each in pages:
            self._index.add_entry_from_context(each)
        return json.loads(json.dumps(self._index.entries, default=str))  # type: ignore[no-any-return]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the contents that have been parsed so far."""
    contents: list[str] = []
    add = SearchIndex.add_entry_from_context

    def remember(self: Any, page: Any) -> None:
        contents.append(page.content)
        add(self, page)

    monkeypatch.setattr(SearchIndex, "add_entry_from_context", remember)
    return contents


def test_a_page_is_parsed_once(tmp_path: Path, parsed: list[str]) -> None:
    cache = Cache(tmp_path)
    first = Index(cache).entries(page(), page(url="pot/"))
    assert [each["location"] for each in first] == ["tea/", "tea/#pots", "pot/", "pot/#pots"]
    assert Index(cache).entries(page(), page(url="pot/")) == first
    assert len(parsed) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"content": CONTENT.replace("Green", "White")},
        {"toc": get_toc([])},
        {"url": "other/"},
        {"title": "Other", "content": "<p>No heading.</p>"},
        {"meta": {"title": "Other"}, "content": "<p>No heading.</p>"},
        {"meta": {"tags": ["green", 3]}},
        {"meta": {"search": {"boost": 2}}},
        {"meta": {"search": {"exclude": True}}},
        {"content": CONTENT.replace("<p>", '<p data-search-exclude="true">')},
    ],
)
def test_a_change_of_a_page_changes_its_entries(tmp_path: Path, changes: dict[str, Any]) -> None:
    cache = Cache(tmp_path)
    Index(cache).entries(page(), page(content=changes.get("content", CONTENT)))
    expected = Index(None).entries(page(**changes))
    assert Index(cache).entries(page(**changes)) == expected
    assert Index(cache).entries(page(**changes)) == expected


@pytest.mark.parametrize("prevent", [lambda plugin: setattr(plugin, "search_index", None)])
def test_an_unknown_plugin_is_left_alone(
    tmp_path: Path, prevent: Callable[[SearchPlugin], None]
) -> None:
    plugin = SearchPlugin()
    prevent(plugin)
    keep_entries(SimpleNamespace(plugins={SEARCH: plugin}), Cache(tmp_path))  # type: ignore[arg-type]
    keep_entries(SimpleNamespace(plugins={}), Cache(tmp_path))  # type: ignore[arg-type]
    assert plugin.search_index is None


def test_nothing_is_kept_of_chinese_texts(
    tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not the module of the same name that the package contains.
    module = importlib.import_module(SearchPlugin.__module__)
    jieba = SimpleNamespace(cut=lambda data: [data.decode()])
    monkeypatch.setattr(module, "jieba", jieba)
    Index(Cache(tmp_path)).entries(page())
    Index(Cache(tmp_path)).entries(page())
    assert len(parsed) == 2


EXCLUDED = '<figure data-search-exclude="true" class="runnable-timeline"><p>no</p></figure>'


@pytest.mark.parametrize(
    "html",
    [
        f"<p>a</p>{EXCLUDED}<p>b</p>",
        f"<div><p>a</p>{EXCLUDED}</div><p>b</p>",
        f'{EXCLUDED}<h2 id="pots">Pots</h2>{EXCLUDED}<p>b</p>',
        f'<div data-search-exclude="true">{EXCLUDED}<p>no</p></div><p>b</p>',
        '<div data-search-exclude="true"><p>no</p><div>no</div><p>yes</p></div><p>b</p>',
        '<div data-search-exclude="true"><h2 id="pots">no</h2><p>?</p></div><p>b</p>',
        '<svg data-search-exclude="true"/><p>b</p><svg><path/></svg>',
        '<div data-search-exclude="true"><script>"</div>"</script></div><p>b</p>',
        '<div class="&quot; data-search-exclude=&quot;true&quot;"><p>a</p></div><p>b</p>',
        "<div class=' data-search-exclude=\"true\"'><p>a</p></div><p>b</p>",
        '<!-- <div data-search-exclude="true"> --><p>a</p></div><p>b</p>',
    ],
)
def test_the_search_finds_the_same_without_what_it_leaves_out(html: str) -> None:
    text = f'<h1 id="tea">Tea</h1><p>Green.</p>{html}<p>end</p>'
    whole = Index(None).entries(page(content=text))
    assert Index(None).entries(page(content=without_excluded(text))) == whole


def test_what_the_search_leaves_out_is_not_parsed(tmp_path: Path, parsed: list[str]) -> None:
    shown = page(content=f"<p>a</p>{EXCLUDED}")
    Index(Cache(tmp_path)).entries(shown)
    assert parsed == ['<p>a</p><figure data-search-exclude="true"></figure>']
    assert EXCLUDED in shown.content, "readers see it"
