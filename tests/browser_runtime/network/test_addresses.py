"""Tests of addresses: their text and bytes, and which of them are local."""

import importlib
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

addresses: Any = importlib.import_module("browser_runtime.network.loopback.addresses")
functions: Any = importlib.import_module("browser_runtime.network.cpython.functions")

_TEXTS = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    # Mostly zeros, so that there are runs of them.
    st.lists(st.sampled_from(["0", "0", "1", "ab", "ffff", "00001", ""]), max_size=9).map(":".join),
    st.text("0123456789abcdefABCDEF:.", max_size=20),
    st.tuples(st.sampled_from(["::", "::ffff:", "1::", "64:ff9b::"]), st.ip_addresses(v=4)).map(
        lambda pair: f"{pair[0]}{pair[1]}"
    ),
)


@given(st.sampled_from([socket.AF_INET, socket.AF_INET6]), _TEXTS)
def test_texts_are_packed_as_on_the_operating_system(family: int, text: str) -> None:
    try:
        expected: object = socket.inet_pton(family, text)
    except OSError as error:
        expected = str(error)
    try:
        packed: object = functions.inet_pton(family, text)
    except OSError as error:
        packed = str(error)
    assert packed == expected


@given(st.lists(st.sampled_from([0, 0, 0, 1, 0xFFFF]), min_size=8, max_size=8))
def test_bytes_are_written_as_on_the_operating_system(groups: list[int]) -> None:
    packed = b"".join(group.to_bytes(2) for group in groups)
    expected = socket.inet_ntop(socket.AF_INET6, packed)
    assert functions.inet_ntop(socket.AF_INET6, packed) == expected
    assert functions.inet_ntop(socket.AF_INET, packed[:4]) == socket.inet_ntop(
        socket.AF_INET, packed[:4]
    )


def test_unknown_families_and_wrong_lengths_are_errors() -> None:
    with pytest.raises(ValueError, match="unknown address family 99"):
        functions.inet_ntop(99, b"")
    with pytest.raises(ValueError, match="invalid length"):
        functions.inet_ntop(socket.AF_INET, b"123")
    with pytest.raises(OSError, match="Address family not supported"):
        functions.inet_pton(99, "")


@given(st.ip_addresses())
def test_only_addresses_of_this_machine_are_local(address: Any) -> None:
    text = str(address)
    own = address.ipv4_mapped if address.version == 6 and address.ipv4_mapped else address
    assert addresses.is_local(text) == (own.is_loopback or own.is_unspecified)
