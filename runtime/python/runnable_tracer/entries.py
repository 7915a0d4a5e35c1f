"""Lists what a collection of a program holds, in the order in which it will be taken."""

from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from runnable_tracer.describe import Describer, cut

MOST = 20
# A heap with more entries is not put in order: only the first one is known without.
_LARGE = 200
# In s: what is so near to what a clock shows is a moment on that clock.
_NEAR = 3600.0
_BASES: tuple[Any, ...] = (list, deque, dict, tuple, set, frozenset)


class Entry(NamedTuple):
    """What stands in a collection, and when it is due, if it tells that."""

    text: str
    due: float | None = None

    def is_due(self, now: float) -> bool:
        """Return whether its moment has come."""
        return self.due is not None and self.due <= now

    def at(self, now: float) -> str:
        """Return it as it is to be read at this time."""
        if self.due is None:
            return self.text
        when = "due" if self.is_due(now) else f"in {self.due - now:.2f} s"
        return f"{when}: {self.text}"


class Entries:
    """Of one program.

    Args:
        source: its text.
        clock: reads the clock by which it counts moments, or None if it reads none.
        has_heaps: whether it keeps lists as heaps.
    """

    def __init__(self, source: str, clock: Callable[[], float] | None, *, has_heaps: bool) -> None:
        self._text = Describer(source).text
        self._clock = clock
        self._has_heaps = has_heaps

    def now(self) -> float:
        """Return what the program's clock shows; 0 if it reads none."""
        return self._clock() if self._clock else 0.0

    def of(self, collection: Any) -> list[Entry]:
        """Return the entries in the order in which they are taken; what holds none is one."""
        kind = type(collection)
        base = next((base for base in _BASES if issubclass(kind, base)), None)
        if base is None:
            return [Entry(cut(self._text(collection)))]
        if base is dict:
            pairs = list(islice(dict.items(collection), MOST))
            found = [Entry(cut(f"{self._text(key)}: {self._text(each)}")) for key, each in pairs]
        else:
            values = list(islice(base.__iter__(collection), _LARGE + 1))
            found = [self._entry(value) for value in self._in_order(values)]
        rest = base.__len__(collection) - len(found)
        return [*found, Entry(f"… {rest} more")] if rest else found

    def _in_order(self, values: list[Any]) -> list[Any]:
        if not self._has_heaps or not _is_heap(values):
            return values[:MOST]
        if len(values) > _LARGE:
            return values[:1]
        return sorted(values, key=_place)[:MOST]

    def _entry(self, value: Any) -> Entry:
        if not _is_numbered(value):
            return Entry(cut(self._text(value)))
        moment, *rest = value
        # Numbers between keep what is due at one time in order.
        rest = [each for each in rest[:-1] if type(each) is not int] + rest[-1:]
        text = ", ".join(map(self._text, rest))
        if type(moment) is float and self._clock and abs(moment - self._clock()) < _NEAR:
            return Entry(cut(text), moment)
        return Entry(cut(f"{self._text(moment)}: {text}"))


def _is_numbered(value: Any) -> bool:
    return type(value) is tuple and len(value) > 1 and type(value[0]) in (int, float)


def _place(entry: tuple[Any, ...]) -> tuple[float, int]:
    return entry[0], entry[1] if type(entry[1]) is int else 0


def _is_heap(values: list[Any]) -> bool:
    if not values or not all(map(_is_numbered, values)):
        return False
    places = [_place(value) for value in values]
    return all(places[(at - 1) // 2] <= places[at] for at in range(1, len(places)))
