"""Describes a value of a program in a few words, without running any of the program's code.

A method of one of the program's classes could print, fail, or have other side effects. Values of
exactly known types are therefore read through those types, and all other values through the
attributes of the instance.
"""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    CodeType,
    CoroutineType,
    FrameType,
    FunctionType,
    GeneratorType,
    GetSetDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from runnable_tracer.lambdas import Lambdas

_MAX_ITEMS = 3  # of a collection, or attributes of an object
_MAX_LENGTH = 60  # characters of a description
_MAX_STRING = 30  # characters of a string in a description
_MAX_DEPTH = 2  # levels of values inside values
_MAX_INTEGER_BITS = 200  # of an integer that is written out

# Describes a value inside another one; called with the value, and how many levels deeper it is.
type _DescribeInner = Callable[[Any, int], str]


class Describer:
    """Describes values of one program.

    Args:
        source: the text of the program, from which lambdas are quoted.
    """

    def __init__(self, source: str) -> None:
        self._lambdas = Lambdas(source)

    def text(self, value: Any) -> str:
        """Return a description of a value, which may be longer than `cut` allows."""
        return self._text(value, 0)

    def _text(self, value: Any, depth: int) -> str:
        kind = type(value)
        if depth > _MAX_DEPTH:
            return "…"
        plain = _PLAIN.get(kind)
        if plain:
            return plain(value)

        def inner(each: Any, levels: int) -> str:
            return self._text(each, depth + levels)

        if kind is FunctionType:
            return self._function(value, inner)
        if kind is MethodType:
            return f"{inner(value.__self__, 0)}.{_name_of(value.__func__)}"
        if kind is BuiltinFunctionType:
            owner = value.__self__
            is_plain = owner is None or type(owner) is ModuleType
            name: str = value.__name__
            return name if is_plain else f"{_class_name_of(owner)}.{name}"
        if kind is partial:
            given = [inner(each, 1) for each in value.args]
            given += [f"{name}={inner(each, 1)}" for name, each in value.keywords.items()]
            return f"{inner(value.func, 1)}({', '.join(given)})"
        if prefix := _SUSPENDED.get(kind):
            frame, code = getattr(value, f"{prefix}_frame"), getattr(value, f"{prefix}_code")
            return _call(value.__name__, code, frame, inner)
        if brackets := _BRACKETS.get(kind):
            return brackets[0] + _items(value, inner) + brackets[1]
        if kind is dict:
            return "{…}" if value else "{}"
        if issubclass(kind, type):
            return _class_name(value)
        return _object(value, inner)

    def _function(self, function: Any, inner: _DescribeInner) -> str:
        """Describe a lambda by its source if it is found, and any other function by its name.

        Values of variables that the function takes from outer functions are shown as well: in the
        source of a lambda all that occur there, after a name only a few plain ones.
        """
        code: CodeType = function.__code__
        known: dict[str, Any] = {}
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            try:
                known[name] = cell.cell_contents
            except ValueError:
                continue  # the variable has no value now
        defaults = function.__defaults__ or ()
        found = self._lambdas.source_of(code) if code.co_name == "<lambda>" else None
        if not found:
            shown = [f"{name}={inner(each, 1)}" for name, each in known.items() if _is_plain(each)]
            return code.co_name + (f" with {', '.join(shown[:_MAX_ITEMS])}" if shown else "")
        count = code.co_argcount
        # A lambda whose parameters all have defaults needs no arguments: show the defaults instead.
        has_all_defaults = len(defaults) == count and not function.__kwdefaults__
        if has_all_defaults:
            known.update(zip(code.co_varnames[:count], defaults, strict=True))
        texts = [
            inner(known[piece], 1) if index % 2 and piece in known else piece
            for index, piece in enumerate(found.pieces)
        ]
        head = "" if has_all_defaults or not found.parameters else f"lambda {found.parameters}: "
        return head + "".join(texts)


def _string(text: str) -> str:
    """Quote a string and shorten it. The quotes are double unless the text contains such quotes."""
    shown = repr(text[:_MAX_STRING] + ("…" if len(text) > _MAX_STRING else ""))
    return shown if '"' in shown else f'"{shown[1:-1]}"'


def _integer(number: int) -> str:
    # Python refuses to convert very long integers to text, and they would not fit anyway.
    return str(number) if number.bit_length() < _MAX_INTEGER_BITS else "a large int"


_PLAIN: dict[type, Callable[[Any], str]] = {
    str: _string,
    bytes: lambda data: repr(data[:_MAX_STRING]),
    int: _integer,
    float: lambda number: min(repr(number), f"{number:.6g}", key=len),
    bool: repr,
    type(None): repr,
}
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    deque: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("{", "}"),
}
# Type of the objects for calls that can be suspended → the prefix of their attributes.
_SUSPENDED: dict[type, str] = {
    GeneratorType: "gi",
    CoroutineType: "cr",
    AsyncGeneratorType: "ag",
}


def _is_plain(value: Any) -> bool:
    return type(value) in _PLAIN


def cut(text: str) -> str:
    """Cut a description to the maximum length."""
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 1] + "…"


def _items(values: Any, inner: _DescribeInner) -> str:
    texts = [inner(each, 1) for each in list(values)[:_MAX_ITEMS]]
    texts += ["…"] * (len(values) > _MAX_ITEMS)
    return f"{texts[0]}," if type(values) is tuple and len(texts) == 1 else ", ".join(texts)


def _class_name(kind: Any) -> str:
    name: str = type.__dict__["__name__"].__get__(kind)
    return name


def _class_name_of(value: Any) -> str:
    return _class_name(type(value))


def _name_of(function: Any) -> str:
    known = type(function) in (FunctionType, BuiltinFunctionType)
    return function.__name__ if known else _class_name_of(function)


def _call(name: str, code: CodeType, frame: FrameType | None, inner: _DescribeInner) -> str:
    """Describe a suspended call, with the present values of parameters and other variables."""
    if frame is None:
        return f"{name}(), ended"
    count = code.co_argcount + code.co_kwonlyargcount
    variables = frame.f_locals
    names = code.co_varnames[:count]
    texts = [inner(variables[each], 1) if each in variables else "…" for each in names]
    others = [
        f"{each}={inner(variables[each], 1)}"
        for each in code.co_varnames[count:]
        if not each.startswith("_") and each in variables and _is_plain(variables[each])
    ]
    suffix = f" with {', '.join(others[:_MAX_ITEMS])}" if others else ""
    return f"{name}({', '.join(texts)}){suffix}"


def _object(value: Any, inner: _DescribeInner) -> str:
    """Describe an instance by the first suspended call among its attributes.

    If it has none, describe it by a few attributes with plain values.
    """
    attributes = _attributes(value)
    texts = [inner(each, 1) for each in attributes.values() if type(each) in _SUSPENDED][:1] or [
        f"{name}={inner(each, 1)}"
        for name, each in attributes.items()
        if _is_plain(each) and not name.startswith("_")
    ][:_MAX_ITEMS]
    return _class_name_of(value) + (f"({', '.join(texts)})" if texts else "")


def _attributes(value: Any) -> dict[str, Any]:
    kinds: Iterable[type] = type.__dict__["__mro__"].__get__(type(value))
    for kind in kinds:
        own = type.__dict__["__dict__"].__get__(kind).get("__dict__")
        if own is not None:
            # Any other descriptor is the program's own code.
            return dict(own.__get__(value)) if type(own) is GetSetDescriptorType else {}
    return {}
