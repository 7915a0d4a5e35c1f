"""Tests of addresses: their text and bytes, and which of them are local."""

import importlib
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

addresses: Any = importlib.import_module("browser_runtime.network.loopback.addresses")
functions: Any = importlib.import_module("browser_runtime.network.cpython.functions")
resolver: Any = importlib.import_module("browser_runtime.network.cpython.resolver")

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


# --- spellings ------------------------------------------------------------------------------------

_NUMBERS = st.one_of(
    st.integers(0, 300).map(str),
    st.integers(0, 2**33).flatmap(lambda n: st.sampled_from([str(n), f"{n:#x}", f"0{n:o}"])),
    st.sampled_from(
        ["127", "0177", "0x7f", "0X7F", "08", "0x", "", "00", "+1", "1 ", "-1", "\u0661"]
    ),
)
_SPELLINGS = st.one_of(
    _TEXTS,
    st.lists(_NUMBERS, min_size=1, max_size=5).map(".".join),
    st.tuples(
        st.sampled_from(["::1", "fe80::1", "ff02::1", "ff01::1", "febf::", "::ffff:127.0.0.1"]),
        st.sampled_from(["%", "%1", "%0", "%lo", "%eth9", "%01", "%4294967296", "%1x", "%%"]),
    ).map("".join),
    st.sampled_from(["127.0.0.1.", "127.1%lo", "[::1]", "a@127.1", "127.1:80", "127.1\0.example"]),
)


@given(_SPELLINGS, st.sampled_from([0, socket.AF_INET, socket.AF_INET6]))
def test_spellings_mean_what_they_mean_on_the_operating_system(host: str, family: int) -> None:
    # With this flag, the operating system looks no name up, so the test needs no network.
    rest = 80, family, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST
    # Up to Python 3.13, texts are encoded with IDNA even if they are in ASCII.
    octets = host.encode() if host.isascii() else host
    assert _outcome(resolver.getaddrinfo, host, *rest) == _outcome(
        socket.getaddrinfo, octets, *rest
    )


def _outcome(call: Any, *arguments: Any) -> object:
    try:
        return call(*arguments)
    except (socket.gaierror, UnicodeError) as error:  # IDNA refuses some texts.
        return str(error)


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1", "\uff11\uff12\uff17.1"]
)
def test_every_spelling_of_this_machine_is_local(host: str) -> None:
    assert resolver.host_of(socket.AF_INET, host) == "127.0.0.1"


@pytest.mark.parametrize("host", ["0x5db8d70e", "1572394766", "93.12113678", "0135.0270.0327.016"])
def test_no_spelling_of_another_machine_is_local(host: str) -> None:
    found = resolver.host_of(socket.AF_INET, host)
    assert found == "93.184.215.14"
    assert not addresses.is_local(found)


@pytest.mark.parametrize(
    ("name", "is_local"),
    [
        *[("localhost", True), ("LocalHost.", True), ("a.b-1.localhost", True)],
        *[("localhost.example", False), ("a@example.localhost", False), ("..localhost", False)],
        *[("example.com%00.localhost", False), ("example.com\\.localhost", False)],
        *[("127.0.0.1.example", False), ("xn--localhost-", False), ("localhost..", False)],
    ],
)
def test_names_of_this_machine_are_local_and_similar_ones_are_not(
    name: str, is_local: bool
) -> None:
    if is_local:
        assert resolver.host_of(socket.AF_INET, name) == "127.0.0.1"
    else:
        with pytest.raises(socket.gaierror):
            resolver.host_of(socket.AF_INET, name)


def test_a_null_character_ends_a_name_and_is_an_error_in_an_address() -> None:
    with pytest.raises(socket.gaierror):
        resolver.getaddrinfo("example.com\0.localhost", 80)
    for host in ("localhost\0.example.com", b"localhost\0"):
        with pytest.raises(TypeError, match="null character"):
            resolver.host_of(socket.AF_INET, host)
