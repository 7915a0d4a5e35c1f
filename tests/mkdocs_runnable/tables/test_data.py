"""Tests that entries of data files become dataclasses, or errors that name the mistake."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.tables.data import load_toml, make

type Kind = Literal["green", "black"]


@dataclass(frozen=True)
class Tea:
    name: str
    kind: Kind
    minutes: int = 3
    hints: tuple[str, ...] = ()
    milk: bool | None = None


def test_an_entry_becomes_a_dataclass() -> None:
    entry = {"name": "Sencha", "kind": "green", "hints": ["80 °C"], "milk": False}
    assert make(Tea, entry, "x") == Tea("Sencha", "green", 3, ("80 °C",), milk=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"knd": "green"}, "tea 1: unknown field 'knd'. Did you mean 'kind'?"),
        ({"kind": "blue"}, "tea 1: kind cannot be 'blue'."),
        ({"minutes": "3"}, "tea 1: minutes cannot be '3'."),
        ({"minutes": True}, "tea 1: minutes cannot be True."),
        ({"hints": "hot"}, "tea 1: hints cannot be 'hot'."),
        ({"hints": [1]}, "tea 1: hints cannot be [1]."),
    ],
)
def test_an_error_names_the_mistake(change: dict[str, object], message: str) -> None:
    with pytest.raises(RunnableError) as error:
        make(Tea, {"name": "Assam", "kind": "black"} | change, "tea 1")
    assert str(error.value) == message


def test_an_error_names_a_missing_field() -> None:
    with pytest.raises(RunnableError, match="tea 1: kind is missing"):
        make(Tea, {"name": "Assam"}, "tea 1")


def test_a_missing_or_invalid_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "teas.toml"
    with pytest.raises(RunnableError, match=r"teas\.toml: the file cannot be read"):
        load_toml(path)
    path.write_text("[teas")
    with pytest.raises(RunnableError, match=r"teas\.toml: "):
        load_toml(path)
    path.write_bytes(b'a = "\xff"')
    with pytest.raises(RunnableError, match=r"teas\.toml: "):
        load_toml(path)
