"""Tests that mkdocs-jupyter converts a notebook only if something has changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mkdocs_jupyter import convert  # type: ignore[import-untyped]

from tests.mkdocs_runnable.site.test_cached_builds import replace, write
from tests.mkdocs_runnable.site.test_kept_pages import Site

CONFIGURATION = """\
site_name: Tea
theme:
  name: null
  custom_dir: theme
plugins:
  - runnable:
      notebooks: true
      runtime: runtime
  - mkdocs-jupyter:
      include: ["*.ipynb"]
      execute: false
      markdown_cell_processor: mkdocs
      custom_template: templates/notebook.html
"""
TEMPLATE = """\
{% extends "mkdocs_html/notebook.html.j2" %}
{% block footer %}{% include "footer.html" %}{% endblock %}
"""
NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "markdown",
                "id": "a",
                "metadata": {},
                "source": ["# Steeping\n", "[pots](index.md#pots)"],
            },
            {
                "cell_type": "code",
                "execution_count": None,
                "id": "b",
                "metadata": {},
                "outputs": [],
                "source": ["print('green')"],
            },
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
# What has changed → the function that changes it, whether the notebook has to be converted again,
# and whether the Markdown that results from this conversion differs.
CHANGES: dict[str, tuple[Callable[[Path], None], bool, bool]] = {
    "nothing": (lambda _: None, False, False),
    "other page": (replace("docs/index.md", ".runnable", '.runnable height="9"'), False, False),
    "cell": (replace("docs/tea.ipynb", "green", "white"), True, True),
    "text": (replace("docs/tea.ipynb", "# Steeping", "# Boiling"), True, True),
    "option": (replace("mkdocs.yml", "execute: false", "no_input: true"), True, True),
    "template": (replace("templates/notebook.html", "endblock %}", "endblock %}<b>"), True, False),
    "part of the template": (replace("templates/footer.html", "The end", "End"), True, True),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    found = Site(tmp_path, monkeypatch)
    for page in ("tea.md", "prices.md"):
        (tmp_path / "docs" / page).unlink()
    write(
        tmp_path,
        {
            "mkdocs.yml": CONFIGURATION,
            "docs/tea.ipynb": NOTEBOOK,
            "templates/notebook.html": TEMPLATE,
            "templates/footer.html": "<footer>The end</footer>",
        },
    )
    return found


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the notebooks that mkdocs-jupyter has converted so far."""
    found: list[str] = []
    nb2html = convert.nb2html

    def remember(path: str, *arguments: Any, **options: Any) -> Any:
        found.append(Path(path).name)
        return nb2html(path, *arguments, **options)

    monkeypatch.setattr(convert, "nb2html", remember)
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_a_notebook_is_converted_again_if_something_has_changed(
    site: Site, conversions: list[str], change: str
) -> None:
    make, is_converted, is_rendered = CHANGES[change]
    before = site.build()
    assert "The end" in before["tea/index.html"]
    assert "<title>Steeping - Tea</title>" in before["tea/index.html"]
    make(site.folder)
    conversions.clear()
    after = site.build()
    assert conversions == (["tea.ipynb"] if is_converted else [])
    assert ("tea.ipynb" in site.converted) == is_rendered
    (site.folder / ".cache").rename(site.folder / "earlier")
    assert site.build() == after, "the same site as with an empty cache"
    assert (after["tea/index.html"] == before["tea/index.html"]) == (not is_rendered)


def test_a_notebook_is_converted_in_each_build_if_its_template_is_among_too_many_files(
    site: Site, conversions: list[str]
) -> None:
    write(site.folder, {f"templates/{number}.txt": "" for number in range(200)})
    site.build()
    site.build()
    assert len(conversions) == 2


def test_a_notebook_that_is_run_by_the_build_is_not_kept(
    site: Site, conversions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    replace("mkdocs.yml", "execute: false", "execute: true")(site.folder)
    run = convert.nb2html
    monkeypatch.setattr(
        convert, "nb2html", lambda *args, **kw: run(*args, **kw | {"execute": False})
    )
    site.build()
    site.build()
    assert len(conversions) == 2
