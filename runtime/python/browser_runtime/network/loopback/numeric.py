"""Converts numeric IP addresses between text and bytes, as `inet_pton` and `inet_ntop` of glibc do.

The browser's Python has these functions for IPv4 only. `pack_any_ipv4` corresponds to `inet_aton`.
"""

import re

_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
# The longest name of a host, in characters. `int` refuses texts that are much longer.
_MAX_NAME = 255
# A number as C writes it, and the base in which `int` has to read it.
_NUMBERS = {
    re.compile("0[xX]([0-9a-fA-F]+)"): 16,
    re.compile("(0[0-7]*)"): 8,
    re.compile("([1-9][0-9]*)"): 10,
}


def pack_ipv4(text: str) -> bytes | None:
    """Return the four bytes of an address such as `127.0.0.1`; None if it is not one."""
    parts = text.split(".")
    if len(parts) != 4:
        return None
    for part in parts:
        is_number = part.isascii() and part.isdecimal() and len(part) <= 3
        if not is_number or int(part) > 255 or (len(part) > 1 and part[0] == "0"):
            return None
    return bytes(map(int, parts))


def pack_any_ipv4(text: str) -> bytes | None:
    """Return the four bytes of an address in one of the forms that `inet_aton` takes.

    It consists of one to four numbers, which may be octal or hexadecimal. The last one stands for
    all bytes that are left: `127.1`, `0x7f000001` and `017700000001` are the same address. The
    result is None if the text has none of these forms.
    """
    *first, last = [_number(part) for part in text.split(".")]
    if last is None or len(first) > 3 or last >= 256 ** (4 - len(first)):
        return None
    packed = b""
    for each in first:
        if each is None or each > 255:
            return None
        packed += bytes((each,))
    return packed + last.to_bytes(4 - len(first))


def _number(text: str) -> int | None:
    for form, base in _NUMBERS.items():
        if len(text) <= _MAX_NAME and (found := form.fullmatch(text)):
            return int(found[1], base)
    return None


def unpack_ipv4(packed: bytes) -> str:
    """Return the text of four bytes."""
    return ".".join(map(str, packed))


def pack_ipv6(text: str) -> bytes | None:
    """Return the 16 bytes of an address such as `::1`; None if it is not one."""
    head, gap, tail = text.partition("::")
    if gap and "::" in tail:
        return None
    before, after = _groups(head, is_last=not gap), _groups(tail, is_last=True)
    if before is None or after is None:
        return None
    missing = 16 - len(before) - len(after)
    if missing < 2 if gap else missing:
        return None
    return before + bytes(missing) + after


def _groups(text: str, *, is_last: bool) -> bytes | None:
    """Return the bytes of groups between colons, of which the last may be an IPv4 address."""
    if not text:
        return b""
    *groups, last = text.split(":")
    packed = b""
    if "." in last:
        end = pack_ipv4(last) if is_last else None
        if end is None:
            return None
    else:
        groups.append(last)
        end = b""
    for group in groups:
        if not 1 <= len(group) <= 4 or not _HEXADECIMAL.issuperset(group):
            return None
        packed += int(group, 16).to_bytes(2)
    return packed + end


def unpack_ipv6(packed: bytes) -> str:
    """Return the text of 16 bytes, with `::` for the longest run of two or more groups of zeros."""
    groups = [int.from_bytes(packed[start : start + 2]) for start in range(0, 16, 2)]
    start, length = _longest_run(groups)
    # Addresses that contain an IPv4 address show it as such.
    if start == 0 and (length == 6 or (length == 5 and groups[5] == 0xFFFF)):
        middle = "ffff:" if length == 5 else ""
        return f"::{middle}{unpack_ipv4(packed[12:])}"
    texts = [f"{group:x}" for group in groups]
    if length < 2:
        return ":".join(texts)
    return ":".join(texts[:start]) + "::" + ":".join(texts[start + length :])


def _longest_run(groups: list[int]) -> tuple[int, int]:
    """Return the start and the length of the first of the longest runs of zeros."""
    best, start = (0, 0), 0
    for position, group in enumerate([*groups, 1]):
        if group:
            if position - start > best[1]:
                best = start, position - start
            start = position + 1
    return best
