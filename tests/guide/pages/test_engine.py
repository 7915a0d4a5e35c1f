"""Tests that the page about using the engine describes every option, with its default."""

import re
from dataclasses import fields

from mkdocs_runnable.options import Options
from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "contributing" / "engine.md"
_ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| .+ \|$", re.MULTILINE)
# What the table says if the default is an empty text or an empty list.
_WITHOUT_VALUE = {"none", "that of the wheel"}


def test_the_page_lists_all_options_with_their_defaults() -> None:
    listed = dict(_ROW.findall(PAGE.read_text(encoding="utf-8")))
    assert list(listed) == [field.name for field in fields(Options)]
    for field in fields(Options):
        shown = listed[field.name].strip("`")
        if field.default in ("", ()):
            assert shown in _WITHOUT_VALUE
        else:
            default = field.default
            assert shown == (str(default).lower() if isinstance(default, bool) else default)
