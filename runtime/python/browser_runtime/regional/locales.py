"""Refuses locales that are not installed, as CPython on Linux does.

The C library of the browser, musl, accepts every name of a locale and remembers it. But it has no
locales other than C and C.UTF-8, so a program would believe that it prints numbers in the German
way, and print them in the English one. See `__get_locale` in
https://github.com/emscripten-core/emscripten/blob/main/system/lib/libc/musl/src/locale/locale_map.c.
"""

import _locale
import locale
from typing import Any

_INSTALLED = "Here, only the locales C, POSIX and C.UTF-8 are installed."
# What "" stands for. Otherwise, musl would take the name from the language of the browser.
_DEFAULT = "C.UTF-8"

_setlocale: Any = _locale.setlocale


def _is_installed(name: str) -> bool:
    language, _, encoding = name.partition(".")
    # As on Linux, the name of the encoding may be written in several ways.
    is_utf_8 = encoding.lower().replace("-", "") == "utf8"
    return name in ("C", "POSIX") or (language == "C" and is_utf_8)


def setlocale(category: int, name: Any = None, /) -> str:
    """Set the locale of a category like `_locale.setlocale`, or return it if `name` is None.

    Raises:
        locale.Error: the locale is not installed.
    """
    if name == "":
        name = _DEFAULT
    elif isinstance(name, str) and "\0" not in name:
        # If the categories have different locales, musl returns a list of their names.
        names = name.split(";") if category == locale.LC_ALL else [name]
        if not all(_is_installed(each) for each in names):
            error = locale.Error("unsupported locale setting")
            error.add_note(_INSTALLED)
            raise error
    found: str = _setlocale(category, name)
    return found


setlocale.__module__ = "_locale"


def reset() -> None:
    """Set the locale in which every program starts: C, but with the encoding UTF-8."""
    _setlocale(locale.LC_ALL, "C")
    _setlocale(locale.LC_CTYPE, _DEFAULT)


def install() -> None:
    """Set the locale of programs, and replace CPython's function that sets locales."""
    reset()
    _locale.setlocale = setlocale
    locale._setlocale = setlocale  # type: ignore[attr-defined]
