"""Finds the accesses of a program: bytecodes that read or change what other threads can use.

Without a GIL, a thread can be interrupted between any two bytecodes. Most bytecodes only handle the
thread's own local variables and intermediate results, so it makes no difference whether another
thread runs before or after them. Switches just before accesses therefore lead to every outcome to
which switches between any two bytecodes can lead. Leaving out the other switches is a simple form
of what is called partial-order reduction.
"""

import ast
import dis
import inspect
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FrameType, ModuleType
from typing import Any

# Bytecodes that do not count as accesses. Most of them only handle local variables and intermediate
# results. Calls are in this list because `sys.monitoring` reports each of them as an event of its
# own, with the called function, and `with` statements because locks report them; see `primitives`.
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
# Bytecodes whose result is nearly always a bool, so that a jump after them tests no container.
_GIVES_BOOL = ("COMPARE_OP", "IS_OP", "CONTAINS_OP", "UNARY_NOT")

# How the names of bytecodes for global variables end. Some other bytecodes, such as `IMPORT_NAME`
# and those for names in the body of a class, end in the same way and are left out where necessary.
_GLOBAL = ("_GLOBAL", "_NAME")
# The bytecodes for items of containers.
_ITEM = ("BINARY_SUBSCR", "BINARY_SLICE", "STORE_SUBSCR", "STORE_SLICE", "DELETE_SUBSCR")
# If a program contains one of these names, it may use variables and attributes whose own names it
# does not contain.
_BY_NAME = frozenset({"__dict__", "__main__", "delattr", "eval", "exec", "globals", "locals"})
_BY_NAME |= {"setattr", "vars", "modules"}

_IMMUTABLE = (bool, int, float, complex, str, bytes, type(None))
# The result of `value_of` if it finds no value.
NO_VALUE = object()
_MAX_TEXT = 40  # characters


@dataclass(frozen=True)
class Access:
    """One bytecode that reads or changes something that other threads can use.

    Attributes:
        kind: `read`, `store`, `delete` or `evaluate`, or `call` or `with` in a result of
            `Accesses.next_in`.
        text: the part of the program that is read, stored, deleted, evaluated, called or entered,
            cut to a maximum length. It may be empty if it extends over several lines.
        global_name: the name of the global variable that is read, if the program sets it only once.
            Once the variable is set, reading it does not depend on other threads.
        operands: the parsed expression, if it does not depend on other threads as long as its
            operands have immutable values.
        target: the parsed text, if it is a variable, an attribute or an item.
    """

    kind: str
    text: str
    global_name: str = ""
    operands: ast.AST | None = None
    target: ast.expr | None = None

    def involves_others(self, frame: FrameType) -> bool:
        """Return whether the order of this access and another thread's steps can make a difference.

        This depends on the values that the variables have now. If the thread has already read a
        value of another type from a variable, the result can be wrong, but programs rarely change
        the types of their variables.

        Args:
            frame: the frame that is about to make the access.
        """
        if self.global_name:
            return self.global_name not in frame.f_globals
        return self.operands is None or not _is_immutable(self.operands, frame)


def _arguments(code: CodeType) -> tuple[str, ...]:
    """Return the names of all arguments of a function, including `*` and `**`."""
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return code.co_varnames[:count]


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
            each: {instruction.offset: instruction for instruction in instructions[each]}
            for each in codes
        }
        # The names in functions and classes. A variable of the module whose name is in none of them
        # is used by the main thread only.
        self._nested = {name for each in codes[1:] for name in each.co_names}
        # Whether the program may reach variables and attributes without containing their names.
        self._by_name = not _BY_NAME.isdisjoint({*self._nested, *code.co_names})
        self._stores = self._count_stores(instructions)
        self._accesses = {each: dict(self._find(each, instructions[each])) for each in codes}

    def in_code(self, code: CodeType) -> dict[int, Access]:
        """Return the accesses in a code object, by their offset in bytes."""
        return self._accesses[code]

    def next_in(self, frame: FrameType) -> Access | None:
        """Return the access or call that a frame is about to make, or the `with` block it enters.

        Returns:
            The access, or None if the next bytecode of the frame does none of these things.
        """
        found = self._accesses.get(frame.f_code, {}).get(frame.f_lasti)
        if found:
            return found
        instruction = self._instructions.get(frame.f_code, {}).get(frame.f_lasti)
        if instruction is None:
            return None
        text = self._text(instruction)
        if instruction.opname.startswith(("CALL", "BEFORE_WITH", "LOAD_SPECIAL")):
            return Access("call" if text.endswith(")") else "with", _shorten(text))
        return None

    def is_stored_from(self, frame: FrameType, text: str) -> bool:
        """Return whether a frame's code stores to this text at or after the frame's position."""
        return any(
            offset >= frame.f_lasti and (access.kind, access.text) == ("store", text)
            for offset, access in self._accesses.get(frame.f_code, {}).items()
        )

    def _count_stores(
        self, instructions: dict[CodeType, list[dis.Instruction]]
    ) -> Counter[tuple[str, str]]:
        """Count how often each variable or attribute can be set or deleted.

        Returns:
            Counts by scope (see `_scope`) and name; 2 and more stand for any number of times.
            Bytecodes that set attributes while an object is created are not counted.
        """
        counts: Counter[tuple[str, str]] = Counter()
        for code, own in instructions.items():
            # The first and the last offset of each loop.
            loops = [
                (int(instruction.argval), instruction.offset)
                for instruction in own
                if instruction.opname.startswith("JUMP_BACKWARD")
            ]
            for instruction in own:
                scope = _scope(instruction)
                if not scope or not instruction.opname.startswith(("STORE_", "DELETE_")):
                    continue
                name = str(instruction.argval)
                in_loop = any(first <= instruction.offset <= last for first, last in loops)
                if scope == "attribute":
                    # Attributes that are set only while an object is created do not change later.
                    is_creation = code.co_name in ("__init__", "__new__", "__post_init__")
                    counts[scope, name] += 0 if is_creation else 2
                elif scope == "global":
                    if code is not self._module and instruction.opname.endswith("_NAME"):
                        continue  # In the body of a class, this bytecode sets an attribute.
                    counts[scope, name] += 1 if code is self._module and not in_loop else 2
                else:
                    # An argument has a value before this bytecode runs, and a variable of an outer
                    # function can also be set there.
                    is_argument = name in _arguments(code)
                    is_outer = name in code.co_freevars
                    counts[scope, name] += 2 if is_outer or is_argument or in_loop else 1
        return counts

    def _find(
        self, code: CodeType, instructions: list[dis.Instruction]
    ) -> Iterator[tuple[int, Access]]:
        before: dis.Instruction | None = None
        for instruction in instructions:
            access = self._access(code, instruction, before)
            if access:
                yield instruction.offset, access
            if instruction.opname not in ("CACHE", "EXTENDED_ARG"):
                before = instruction

    def _access(
        self, code: CodeType, instruction: dis.Instruction, before: dis.Instruction | None
    ) -> Access | None:
        name = instruction.opname
        tests_truth = name in _TESTS_TRUTH and (before is None or before.opname not in _GIVES_BOOL)
        if not tests_truth and (name in _LOCAL or name.startswith(_LOCAL_PREFIXES)):
            return None
        text = self._text(instruction)
        kind = {"LOAD": "read", "STOR": "store", "DELE": "delete"}.get(name[:4], "evaluate")
        if name in _ITEM or instruction.argrepr == "[]":
            kind = "read" if name.startswith("BINARY") else kind
            return Access(kind, _shorten(text), target=_parse_target(text))
        if scope := _scope(instruction):
            return self._variable(code, instruction, kind, scope, text)
        if name == "FOR_ITER" and text.startswith("range("):
            return None
        return Access("evaluate", _shorten(text), operands=_parse(text))

    def _variable(
        self, code: CodeType, instruction: dis.Instruction, kind: str, scope: str, text: str
    ) -> Access | None:
        name = str(instruction.argval)
        if scope == "attribute":
            stores = self._stores[scope, name]
            # The lowest bit marks the lookup of a method that is called next. If the program sets
            # attributes of this name only while objects are created, reading one is no access. If
            # it never sets any, only the lookup of a method is no access, because another attribute
            # may belong to an object of a library, which may change it.
            is_method = bool(instruction.arg and instruction.arg & 1)
            is_set_once = stores == 0 and self._is_set_in_program(name)
            if kind == "read" and not self._by_name and stores == 0 and (is_method or is_set_once):
                return None
            return Access(kind, _shorten(text or name), target=_parse_target(text))
        if scope == "global" and instruction.opname.endswith("_NAME"):
            if code is not self._module:
                return None  # In the body of a class, this bytecode handles an attribute.
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
            name in code.co_names
            and instruction.opname == "STORE_ATTR"
            and instruction.argval == name
            for code, own in self._instructions.items()
            for instruction in own.values()
        )

    def _text(self, instruction: dis.Instruction) -> str:
        """Return the source of a bytecode; empty if it is unknown or extends over several lines."""
        where = instruction.positions
        if where is None or where.lineno is None or where.lineno != where.end_lineno:
            return ""
        line = self._lines[where.lineno - 1]
        return line[where.col_offset : where.end_col_offset].decode(errors="replace").strip()


def all_codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all that are nested in it, such as those of functions."""
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
    """Return whether all operands of an expression are known to have immutable types."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return type(value_of(node, frame)) in _IMMUTABLE
    if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp | ast.AugAssign):
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return all(_is_immutable(part, frame) for part in parts)
    if isinstance(node, ast.Set):  # `{x}` in an f-string is parsed as a set
        return all(_is_immutable(part, frame) for part in node.elts)
    return False


def _scope(instruction: dis.Instruction) -> str:
    """Return what a bytecode handles: a `global`, a `cell` or an `attribute`; otherwise empty.

    A cell is a local variable that nested functions share.
    """
    name = instruction.opname
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
