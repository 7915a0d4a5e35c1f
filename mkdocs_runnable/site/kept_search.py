"""Keeps, between two builds, what the search plugin of Material for MkDocs finds on pages.

The plugin parses the HTML of each page to find its sections, which takes longer than rendering the
templates of the theme. Its entries for a page that has not changed are therefore taken from the
cache.
"""

import json
import re
import sys
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from mkdocs_runnable.cache import Cache
from mkdocs_runnable.site.kept_pages import installed_packages

SEARCH = "material/search"
# What the plugin reads in the front matter of a page.
_FRONT_MATTER = ("search", "tags", "title")
_ATTRIBUTE = r'\s+[\w:-]+="[^"<>]*"'
# Elements that the search leaves out, with what they contain. Elements with other names stay in the
# HTML, where the plugin itself leaves them out.
_EXCLUDED = re.compile(
    rf"<(?P<tag>div|figure|svg|data-table|choice-table)(?:{_ATTRIBUTE})*?"
    rf'\s+data-search-exclude="true"(?:{_ATTRIBUTE})*>(?P<content>.*?)</(?P=tag)>',
    re.DOTALL,
)
# In comments, scripts and style sheets, what looks like a tag is not an element.
_NO_ELEMENTS = re.compile("<(?:!--|script|style)")


def without_excluded(html: str) -> str:
    """Return the HTML of a page with empty elements in place of those that the search leaves out.

    The plugin would parse all that they contain, only to find nothing in it. A page with comments,
    scripts or style sheets is returned unchanged, and an element is kept as it is if its content
    could matter to the plugin.
    """
    return html if _NO_ELEMENTS.search(html) else _EXCLUDED.sub(_emptied, html)


def _emptied(match: re.Match[str]) -> str:
    tag, content = match["tag"], match["content"]
    # A heading begins a section wherever it is. And for the plugin, the end of any element with the
    # same name is the end of what is left out.
    if re.search(rf"<(?:h[1-6]|{tag})\b", content):
        return match[0]
    return f'<{tag} data-search-exclude="true"></{tag}>'


def keep_entries(config: MkDocsConfig, cache: Cache) -> None:
    """Let the search plugin take its entries for pages from the cache, if the site uses it.

    Nothing changes if the plugin has another form than in the versions that this function knows, or
    if it also divides Chinese texts into words, which depends on dictionaries.
    See material/plugins/search/plugin.py in https://github.com/squidfunk/mkdocs-material.
    """
    plugin = config.plugins.get(SEARCH)
    index: Any = getattr(plugin, "search_index", None)
    add = getattr(index, "add_entry_from_context", None)
    if cache.folder is None or add is None or not isinstance(getattr(index, "entries", None), list):
        return
    if getattr(sys.modules[type(plugin).__module__], "jieba", None):
        return
    packages = installed_packages()

    def add_or_take(page: Page) -> None:
        def made() -> str:
            start, content = len(index.entries), page.content
            page.content = without_excluded(content or "")
            try:
                add(page)
            finally:
                page.content = content
            found = index.entries[start:]
            del index.entries[start:]
            return json.dumps(found)

        front_matter = [page.meta.get(name) for name in _FRONT_MATTER]
        parts = (page.content, str(page.toc), page.url, str(page.title), front_matter, packages)
        index.entries += json.loads(cache.text("search", parts, made))

    index.add_entry_from_context = add_or_take
