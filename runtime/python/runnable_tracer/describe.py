"""Says in few words what a value of a program is, without running its code.

No method of the program's classes is called: values of types that are known exactly are read in
the ways of those types, all others by what their instances hold.
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

# Entries of a list, attributes of an object.
_FEW = 3
# Characters of a string, and of all.
_LONGEST = 60
_LONGEST_STRING = 30
_DEEPEST = 2

type _Text = Callable[[Any, int], str]


class Describer:
    """Of one program, which has this source."""

    def __init__(self, source: str) -> None:
        self._lambdas = Lambdas(source)

    def text(self, value: Any) -> str:
        """Return what a value is, of any length."""
        return self._text(value, 0)

    def _text(self, value: Any, depth: int) -> str:
        kind = type(value)
        if depth > _DEEPEST:
            return "…"
        plain = _PLAIN.get(kind)
        if plain:
            return plain(value)

        def within(each: Any, more: int) -> str:
            return self._text(each, depth + more)

        if kind is FunctionType:
            return self._function(value, within)
        if kind is MethodType:
            return f"{within(value.__self__, 0)}.{_name_of(value.__func__)}"
        if kind is BuiltinFunctionType:
            owner = value.__self__
            is_plain = owner is None or type(owner) is ModuleType
            name: str = value.__name__
            return name if is_plain else f"{_class(owner)}.{name}"
        if kind is partial:
            given = [within(each, 1) for each in value.args]
            given += [f"{name}={within(each, 1)}" for name, each in value.keywords.items()]
            return f"{within(value.func, 1)}({', '.join(given)})"
        if prefix := _SUSPENDED.get(kind):
            frame, code = getattr(value, f"{prefix}_frame"), getattr(value, f"{prefix}_code")
            return _call(value.__name__, code, frame, within)
        if ends := _ENDS.get(kind):
            return ends[0] + _few(value, within) + ends[1]
        if kind is dict:
            return "{…}" if value else "{}"
        if issubclass(kind, type):
            return _class_name(value)
        return _object(value, within)

    def _function(self, function: Any, within: _Text) -> str:
        code: CodeType = function.__code__
        known: dict[str, Any] = {}
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            try:
                known[name] = cell.cell_contents
            except ValueError:
                continue  # nothing is in it yet
        defaults = function.__defaults__ or ()
        found = self._lambdas.of(code) if code.co_name == "<lambda>" else None
        if not found:
            shown = [f"{name}={within(each, 1)}" for name, each in known.items() if _is_plain(each)]
            return code.co_name + (f" with {', '.join(shown[:_FEW])}" if shown else "")
        count = code.co_argcount
        is_given = len(defaults) == count and not function.__kwdefaults__
        if is_given:
            known.update(zip(code.co_varnames[:count], defaults, strict=True))
        texts = [
            within(known[piece], 1) if index % 2 and piece in known else piece
            for index, piece in enumerate(found.pieces)
        ]
        head = "" if is_given or not found.parameters else f"lambda {found.parameters}: "
        return head + "".join(texts)


def _string(text: str) -> str:
    """Return it in double quotes, as the guide's programs have it, if there are none in it."""
    shown = repr(text[:_LONGEST_STRING] + ("…" if len(text) > _LONGEST_STRING else ""))
    return shown if '"' in shown else f'"{shown[1:-1]}"'


def _integer(number: int) -> str:
    # Python refuses to write very long ones.
    return str(number) if number.bit_length() < 200 else "a large int"


_PLAIN: dict[type, Callable[[Any], str]] = {
    str: _string,
    bytes: lambda data: repr(data[:_LONGEST_STRING]),
    int: _integer,
    float: lambda number: min(repr(number), f"{number:.6g}", key=len),
    bool: repr,
    type(None): repr,
}
_ENDS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    deque: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("{", "}"),
}
_SUSPENDED: dict[type, str] = {
    GeneratorType: "gi",
    CoroutineType: "cr",
    AsyncGeneratorType: "ag",
}


def _is_plain(value: Any) -> bool:
    return type(value) in _PLAIN


def cut(text: str) -> str:
    """Return as much of it as there is room for."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _few(values: Any, within: _Text) -> str:
    found = [within(each, 1) for each in list(values)[:_FEW]]
    found += ["…"] * (len(values) > _FEW)
    return f"{found[0]}," if type(values) is tuple and len(found) == 1 else ", ".join(found)


def _class_name(kind: Any) -> str:
    name: str = type.__dict__["__name__"].__get__(kind)
    return name


def _class(value: Any) -> str:
    return _class_name(type(value))


def _name_of(function: Any) -> str:
    known = type(function) in (FunctionType, BuiltinFunctionType)
    return function.__name__ if known else _class(function)


def _call(name: str, code: CodeType, frame: FrameType | None, within: _Text) -> str:
    """Return a call that is under way as it was made; arguments as they are now."""
    if frame is None:
        return f"{name}(), ended"
    count = code.co_argcount + code.co_kwonlyargcount
    variables = frame.f_locals
    names = code.co_varnames[:count]
    texts = [within(variables[each], 1) if each in variables else "…" for each in names]
    others = [
        f"{each}={within(variables[each], 1)}"
        for each in code.co_varnames[count:]
        if not each.startswith("_") and each in variables and _is_plain(variables[each])
    ]
    return f"{name}({', '.join(texts)})" + (f" with {', '.join(others[:_FEW])}" if others else "")


def _object(value: Any, within: _Text) -> str:
    """Return an object of the program by what it runs, or by what it holds."""
    attributes = _attributes(value)
    texts = [within(each, 1) for each in attributes.values() if type(each) in _SUSPENDED][:1] or [
        f"{name}={within(each, 1)}"
        for name, each in attributes.items()
        if _is_plain(each) and not name.startswith("_")
    ][:_FEW]
    return _class(value) + (f"({', '.join(texts)})" if texts else "")


def _attributes(value: Any) -> dict[str, Any]:
    kinds: Iterable[type] = type.__dict__["__mro__"].__get__(type(value))
    for kind in kinds:
        own = type.__dict__["__dict__"].__get__(kind).get("__dict__")
        if own is not None:
            # Anything else is the program's own.
            return dict(own.__get__(value)) if type(own) is GetSetDescriptorType else {}
    return {}
