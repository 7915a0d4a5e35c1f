"""Finds the bytecodes of a program whose effect or result may involve other threads.

Without a GIL, a thread can be interrupted between any two bytecodes. Most bytecodes only handle the
thread's own local variables and intermediate results, so it makes no difference whether another
thread runs before or after them. A switch just before each of the remaining ones, which this module
calls accesses, therefore leads to every outcome that switches between all bytecodes lead to.
Leaving the other switches out is a simple form of what is called partial-order reduction.
"""

import ast
import dis
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FrameType, ModuleType
from typing import Any

# Bytecodes that only handle local variables and intermediate results. Calls are not in the list of
# accesses because `sys.monitoring` reports them by an event of their own, with what is called.
_LOCAL_NAMES = """
CACHE CALL CALL_FUNCTION_EX CALL_INTRINSIC_1 CALL_INTRINSIC_2 CALL_KW CHECK_EG_MATCH
CHECK_EXC_MATCH CLEANUP_THROW COPY COPY_FREE_VARS END_ASYNC_FOR END_FOR END_SEND EXTENDED_ARG
GET_AITER GET_ANEXT GET_AWAITABLE GET_ITER GET_YIELD_FROM_ITER IMPORT_FROM IMPORT_NAME IS_OP
KW_NAMES LIST_APPEND LOAD_ASSERTION_ERROR LOAD_BUILD_CLASS LOAD_CLOSURE LOAD_COMMON_CONSTANT
LOAD_CONST LOAD_LOCALS LOAD_SMALL_INT LOAD_SPECIAL LOAD_SUPER_ATTR MAKE_CELL MAKE_FUNCTION
MAP_ADD NOP NOT_TAKEN POP_EXCEPT POP_ITER POP_TOP PUSH_EXC_INFO PUSH_NULL RAISE_VARARGS RERAISE
RESUME RETURN_CONST RETURN_GENERATOR RETURN_VALUE SEND SETUP_ANNOTATIONS SET_ADD
SET_FUNCTION_ATTRIBUTE SWAP WITH_EXCEPT_START YIELD_VALUE BEFORE_WITH BEFORE_ASYNC_WITH
"""
_LOCAL = frozenset(_LOCAL_NAMES.split())
_LOCAL_PREFIXES = ("LOAD_FAST", "STORE_FAST", "DELETE_FAST", "BUILD_", "JUMP_", "POP_JUMP_IF_")
# Before Python 3.13, a conditional jump itself asks a container whether it is empty.
_TESTS_TRUTH = () if "TO_BOOL" in dis.opmap else ("POP_JUMP_IF_FALSE", "POP_JUMP_IF_TRUE")
_GIVES_BOOL = ("COMPARE_OP", "IS_OP", "CONTAINS_OP", "UNARY_NOT")

_GLOBAL = ("_GLOBAL", "_NAME")
_ITEM = ("BINARY_SUBSCR", "BINARY_SLICE", "STORE_SUBSCR", "STORE_SLICE", "DELETE_SUBSCR")
# With these, a program may reach variables and attributes whose names it does not spell.
_BY_NAME = frozenset({"__dict__", "__main__", "delattr", "eval", "exec", "globals", "locals"})
_BY_NAME |= {"setattr", "vars", "modules"}

_IMMUTABLE = (bool, int, float, complex, str, bytes, type(None))
NO_VALUE = object()
_MAX_TEXT = 40  # characters


@dataclass(frozen=True)
class Access:
    """One bytecode that may involve other threads.

    Attributes:
        kind: `read`, `store`, `delete`, `call`, `with` or `evaluate`.
        text: the expression in the program that is read, stored, called or evaluated.
        global_name: if this reads a global variable that is set only once, its name. Once the
            variable is set, reading it does not depend on other threads.
        operands: the parsed expression, if it does not depend on other threads when its operands
            have immutable values.
        target: the parsed text, if it is read or stored.
    """

    kind: str
    text: str
    global_name: str = ""
    operands: ast.AST | None = None
    target: ast.expr | None = None

    def involves_others(self, frame: FrameType) -> bool:
        """Return whether another thread could matter to this access, in the present state.

        The types of operands are those that the variables have now. A thread that read another type
        just before is not noticed, but programs rarely change the types of their variables.
        """
        if self.global_name:
            return self.global_name not in frame.f_globals
        return self.operands is None or not _is_immutable(self.operands, frame)


class Accesses:
    """The accesses of a program.

    Args:
        code: the compiled program.
        source: its text.
    """

    def __init__(self, code: CodeType, source: str) -> None:
        self._lines = [line.encode() for line in source.splitlines()]
        self._module = code
        codes = list(all_codes(code))
        instructions = {each: list(dis.get_instructions(each)) for each in codes}
        self._instructions = {
            each: {one.offset: one for one in instructions[each]} for each in codes
        }
        nested = {name for each in codes[1:] for name in each.co_names}
        # A name that only the code of the module contains belongs to the main thread.
        self._by_name = not _BY_NAME.isdisjoint({*nested, *code.co_names})
        self._nested = nested
        self._stores = self._count_stores(instructions)
        self._accesses = {each: dict(self._find(each, instructions[each])) for each in codes}

    def of(self, code: CodeType) -> dict[int, Access]:
        """Return the accesses of a code object by their offset."""
        return self._accesses[code]

    def at(self, frame: FrameType) -> Access | None:
        """Return the access that a frame is about to make, if it makes one."""
        found = self._accesses.get(frame.f_code, {}).get(frame.f_lasti)
        if found:
            return found
        one = self._instructions.get(frame.f_code, {}).get(frame.f_lasti)
        if one is None:
            return None
        text = self._text(one)
        if one.opname.startswith(("CALL", "BEFORE_WITH", "LOAD_SPECIAL")):
            return Access("call" if text.endswith(")") else "with", _shorten(text))
        return None

    def is_stored_from(self, frame: FrameType, text: str) -> bool:
        """Return whether the code of a frame stores an expression at or after its position."""
        return any(
            offset >= frame.f_lasti and (access.kind, access.text) == ("store", text)
            for offset, access in self._accesses.get(frame.f_code, {}).items()
        )

    def _count_stores(
        self, instructions: dict[CodeType, list[dis.Instruction]]
    ) -> Counter[tuple[str, str]]:
        """Count how often each variable or attribute can be set, where 2 stands for any number."""
        counts: Counter[tuple[str, str]] = Counter()
        for code, own in instructions.items():
            loops = [
                (int(one.argval), one.offset)
                for one in own
                if one.opname.startswith("JUMP_BACKWARD")
            ]
            for one in own:
                scope = _scope(one)
                if not scope or not one.opname.startswith(("STORE_", "DELETE_")):
                    continue
                name = str(one.argval)
                in_loop = any(first <= one.offset <= last for first, last in loops)
                if scope == "attribute":
                    # Attributes that are set only while an object is created do not change later.
                    once = code.co_name in ("__init__", "__new__", "__post_init__")
                    counts[scope, name] += 0 if once else 2
                elif scope == "global":
                    if code is not self._module and one.opname.endswith("_NAME"):
                        continue  # the body of a class
                    counts[scope, name] += 1 if code is self._module and not in_loop else 2
                else:
                    is_argument = name in code.co_varnames[: code.co_argcount]
                    is_outer = name in code.co_freevars or is_argument or in_loop
                    counts[scope, name] += 2 if is_outer else 1
        return counts

    def _find(
        self, code: CodeType, instructions: list[dis.Instruction]
    ) -> Iterator[tuple[int, Access]]:
        before: dis.Instruction | None = None
        for one in instructions:
            access = self._access(code, one, before)
            if access:
                yield one.offset, access
            if one.opname not in ("CACHE", "EXTENDED_ARG"):
                before = one

    def _access(
        self, code: CodeType, one: dis.Instruction, before: dis.Instruction | None
    ) -> Access | None:
        name = one.opname
        tests_truth = name in _TESTS_TRUTH and (before is None or before.opname not in _GIVES_BOOL)
        if not tests_truth and (name in _LOCAL or name.startswith(_LOCAL_PREFIXES)):
            return None
        text = self._text(one)
        kind = {"LOAD": "read", "STOR": "store", "DELE": "delete"}.get(name[:4], "evaluate")
        if name in _ITEM or one.argrepr == "[]":
            kind = "read" if name.startswith("BINARY") else kind
            return Access(kind, _shorten(text), target=_parse_target(text))
        if scope := _scope(one):
            return self._variable(code, one, kind, scope, text)
        if name == "FOR_ITER" and text.startswith("range("):
            return None
        return Access("evaluate", _shorten(text), operands=_parse(text))

    def _variable(
        self, code: CodeType, one: dis.Instruction, kind: str, scope: str, text: str
    ) -> Access | None:
        name = str(one.argval)
        if scope == "attribute":
            stores = self._stores[scope, name]
            # The function of a method call is looked up first, which is not an access if the
            # program never replaces it. Other attributes may belong to objects of a library.
            is_method = bool(one.arg and one.arg & 1)
            is_set_once = stores == 0 and self._is_set_in_program(name)
            if kind == "read" and not self._by_name and stores == 0 and (is_method or is_set_once):
                return None
            return Access(kind, _shorten(text or name), target=_parse_target(text))
        if scope == "global" and one.opname.endswith("_NAME"):
            if code is not self._module:
                return None  # the body of a class
            if name not in self._nested and not self._by_name:
                return None
        text = text if text == name else name
        target = ast.Name(name, ast.Load())
        if kind != "read" or self._by_name:
            return Access(kind, text, target=target)
        stores = self._stores[scope, name]
        if scope == "global":
            if stores == 0:
                return None
            return Access(kind, text, global_name=name if stores == 1 else "", target=target)
        return Access(kind, text, target=target) if stores > 1 else None

    def _is_set_in_program(self, name: str) -> bool:
        return any(
            name in code.co_names and one.opname == "STORE_ATTR" and one.argval == name
            for code, own in self._instructions.items()
            for one in own.values()
        )

    def _text(self, one: dis.Instruction) -> str:
        """Return the part of the program for which a bytecode was compiled, if it is one line."""
        where = one.positions
        if where is None or where.lineno is None or where.lineno != where.end_lineno:
            return ""
        line = self._lines[where.lineno - 1]
        return line[where.col_offset : where.end_col_offset].decode(errors="replace").strip()


def all_codes(code: CodeType) -> Iterator[CodeType]:
    """Return a code object and all that are nested in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from all_codes(constant)


def value_of(target: ast.expr | None, frame: FrameType) -> object:
    """Return the value of a variable, attribute or item without running code of the program.

    Returns:
        The value, or `NO_VALUE` if it cannot be found in this way.
    """
    if isinstance(target, ast.Constant):
        return target.value
    if isinstance(target, ast.Name):
        for variables in (frame.f_locals, frame.f_globals):
            if target.id in variables:
                return variables[target.id]
    elif isinstance(target, ast.Attribute):
        return _attribute(value_of(target.value, frame), target.attr)
    elif isinstance(target, ast.Subscript):
        owner: Any = value_of(target.value, frame)
        key = value_of(target.slice, frame)
        if type(owner) in (list, tuple, dict) and isinstance(key, int | str):
            try:
                return owner[key]
            except (LookupError, TypeError):
                return NO_VALUE
    return NO_VALUE


def _attribute(owner: object, name: str) -> object:
    if owner is NO_VALUE:
        return NO_VALUE
    classes = () if isinstance(owner, ModuleType) else type(owner).__mro__
    places = [owner, *(owner.__mro__ if isinstance(owner, type) else classes)]
    for place in places:
        try:
            own = object.__getattribute__(place, "__dict__")
        except AttributeError:
            continue
        if name in own:
            found: object = own[name]
            return NO_VALUE if hasattr(type(found), "__get__") else found
    return NO_VALUE


def _is_immutable(node: ast.AST, frame: FrameType) -> bool:
    """Return whether an expression has only operands of immutable types."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return type(value_of(node, frame)) in _IMMUTABLE
    if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp | ast.AugAssign):
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return all(_is_immutable(part, frame) for part in parts)
    if isinstance(node, ast.Set):  # the replacement field of an f-string
        return all(_is_immutable(part, frame) for part in node.elts)
    return False


def _scope(one: dis.Instruction) -> str:
    """Return whether a bytecode handles a `global`, a `cell` or an `attribute`; else nothing."""
    name = one.opname
    if name.endswith(_GLOBAL) and not name.startswith("IMPORT"):
        return "global"
    if name.endswith("_DEREF") or name in ("LOAD_CLASSDEREF",):
        return "cell"
    return "attribute" if name in ("LOAD_ATTR", "STORE_ATTR", "DELETE_ATTR") else ""


def _parse(text: str) -> ast.AST | None:
    try:
        [statement] = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    return statement.value if isinstance(statement, ast.Expr) else statement


def _parse_target(text: str) -> ast.expr | None:
    parsed = _parse(text)
    return parsed if isinstance(parsed, ast.Attribute | ast.Subscript) else None


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"
