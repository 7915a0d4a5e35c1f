"""Only the locales C, POSIX and C.UTF-8 are installed; the C library of the browser accepts any."""

import locale
from typing import Any

import pytest

from tests.browser_runtime.harness import locales

CATEGORIES = 6


class _Musl:
    """The function `setlocale` of musl, which accepts any name."""

    def __init__(self) -> None:
        # A name for each category, beginning with LC_CTYPE.
        self.names = ["de_DE.UTF-8", *["C"] * (CATEGORIES - 1)]

    def __call__(self, category: int, name: str | None = None, /) -> str:
        if name is not None:
            name = {"": "de_DE.UTF-8", "POSIX": "C"}.get(name, name)
            if category == locale.LC_ALL:
                given = name.split(";")
                self.names = [*given, *given[-1:] * CATEGORIES][:CATEGORIES]
            else:
                self.names[category] = name
        if category != locale.LC_ALL:
            return self.names[category]
        return self.names[0] if len(set(self.names)) == 1 else ";".join(self.names)


@pytest.fixture(autouse=True)
def _musl(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace CPython's function by that of musl, and let `locale` use the one of the runtime."""
    monkeypatch.setattr(locales, "_setlocale", _Musl())
    monkeypatch.setattr(locale, "_setlocale", locales.setlocale)


@pytest.mark.parametrize("name", ["C", "POSIX", "C.UTF-8", "C.utf8", ("C", "UTF-8")])
@pytest.mark.parametrize("category", [locale.LC_ALL, locale.LC_CTYPE, locale.LC_NUMERIC])
def test_a_program_can_set_an_installed_locale(category: int, name: Any) -> None:
    found = locale.setlocale(category, name)
    assert found in ("C", "C.UTF-8", "C.utf8")
    assert locale.setlocale(category) == found


@pytest.mark.parametrize("name", ["de_DE.UTF-8", "de_DE", "en_US.UTF-8", "C.ISO8859-1", "x", "C;C"])
@pytest.mark.parametrize("category", [locale.LC_CTYPE, locale.LC_NUMERIC])
def test_other_locales_are_refused_and_change_nothing(category: int, name: str) -> None:
    before = locale.setlocale(locale.LC_ALL)
    with pytest.raises(locale.Error) as caught:
        locale.setlocale(category, name)
    assert str(caught.value) == "unsupported locale setting"
    assert caught.value.__notes__ == ["Here, only the locales C, POSIX and C.UTF-8 are installed."]
    with pytest.raises(locale.Error):
        locale.setlocale(locale.LC_ALL, ("de_DE", "UTF-8"))
    assert locale.setlocale(locale.LC_ALL) == before


def test_the_default_locale_does_not_depend_on_the_language_of_the_browser() -> None:
    assert locale.setlocale(locale.LC_ALL, "") == "C.UTF-8"


def test_what_a_program_has_read_it_can_set_again() -> None:
    locales.reset()
    start = locale.setlocale(locale.LC_ALL)
    assert start == "C.UTF-8;C;C;C;C;C"
    locale.setlocale(locale.LC_ALL, "")
    assert locale.setlocale(locale.LC_ALL, start) == start
    with pytest.raises(locale.Error):
        locale.setlocale(locale.LC_ALL, "C.UTF-8;de_DE.UTF-8;C;C;C;C")
    assert locale.setlocale(locale.LC_ALL) == start


def test_arguments_of_other_types_are_refused_as_on_cpython(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()  # Use CPython's function.
    with pytest.raises(TypeError):
        locales.setlocale(locale.LC_ALL, 7)
    with pytest.raises(ValueError, match="embedded null character"):
        locales.setlocale(locale.LC_ALL, "C\0")
