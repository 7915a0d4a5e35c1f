"""Tests of the bytes in one direction of a connection."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

streams: Any = importlib.import_module("browser_runtime.network.loopback.streams")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.ns = 1_000_000_000

    def __call__(self) -> int:
        return self.ns


def make(capacity: int, *, latency: float = 0, bandwidth: float | None = None) -> tuple[Any, Clock]:
    clock = Clock()
    link = streams.Link(clock, latency, bandwidth)
    return streams.Stream(link, capacity, streams.Memory(1_000_000)), clock


def _numbered(total: int) -> Iterator[int]:
    """Yield bytes of which no two neighbours are equal."""
    return (each % 251 for each in range(total))


@given(
    st.integers(1, 500),
    st.lists(st.integers(0, 200), max_size=20),
    st.lists(st.integers(1, 200), min_size=1, max_size=20),
    st.sampled_from([(0, None), (0.5, None), (0.5, 100.0), (0, 1_000.0)]),
)
def test_bytes_arrive_complete_and_in_order(
    capacity: int, writes: list[int], reads: list[int], network: tuple[float, float | None]
) -> None:
    latency, bandwidth = network
    stream, clock = make(capacity, latency=latency, bandwidth=bandwidth)
    sent = bytes(_numbered(sum(writes)))
    left, received, turn = list(writes), bytearray(), 0
    written = 0
    while left or stream.unread:
        if left:
            part = memoryview(sent)[written : written + left[0]]
            accepted = stream.write(part)
            assert accepted <= capacity
            written += accepted
            left[0] -= accepted
            if not left[0]:
                left.pop(0)
            if not left:
                stream.end()
        assert stream.unread <= capacity
        received += stream.read(reads[turn % len(reads)])
        turn += 1
        if stream.available == 0 and (moment := stream.next_arrival()) is not None:
            clock.ns = max(clock.ns, moment)
    stream.look()
    while not stream.is_ended and (moment := stream.next_arrival()) is not None:
        clock.ns = moment
        stream.look()
    assert bytes(received) == sent
    assert stream.is_ended is bool(writes)
    assert stream._memory.used == 0


def test_bytes_arrive_after_the_latency() -> None:
    stream, clock = make(100, latency=0.25)
    stream.write(memoryview(b"late"))
    assert stream.read(10) == b""
    assert stream.next_arrival() == clock.ns + 250_000_000
    clock.ns += 250_000_000
    assert stream.read(10) == b"late"


def test_bandwidth_delays_each_piece_by_the_time_that_it_and_the_pieces_before_it_take() -> None:
    stream, clock = make(1_000_000, bandwidth=16 * 1024)
    stream.write(memoryview(bytes(40 * 1024)))
    arrived = []
    for _ in range(3):
        clock.ns += 1_000_000_000
        arrived.append(stream.available)
    assert arrived == [16 * 1024, 32 * 1024, 40 * 1024]


def test_the_end_is_seen_after_the_bytes_before_it() -> None:
    stream, clock = make(100, latency=1)
    stream.write(memoryview(b"last"))
    stream.end()
    stream.look()
    assert not stream.is_ended
    clock.ns += 1_000_000_000
    assert stream.read(100) == b"last"
    assert stream.is_ended


def test_peeking_leaves_the_bytes() -> None:
    stream, _ = make(10)
    stream.write(memoryview(b"abc"))
    assert stream.read(2, is_peek=True) == b"ab"
    assert stream.read(10) == b"abc"


def test_all_buffers_of_a_program_are_limited_together() -> None:
    memory = streams.Memory(100)
    link = streams.Link(Clock())
    one, other = (streams.Stream(link, 80, memory) for _ in range(2))
    one.write(memoryview(bytes(80)))
    with pytest.raises(OSError, match=r"No buffer space available.*80 unread bytes"):
        other.write(memoryview(bytes(80)))
    one.drop_reader()
    assert other.write(memoryview(bytes(80))) == 80
