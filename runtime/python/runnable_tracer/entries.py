"""Lists the entries of a collection; those of a heap in the order of their removal."""

from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from runnable_tracer.describe import Describer, cut

_MAX_ENTRIES = 20
# A heap with more entries than this is not sorted, because that would take too long. Without
# sorting, only its first entry is known.
_MAX_SORTED = 200
# A float at the beginning of an entry is taken as a time if it differs from the present time by
# less than this.
_MAX_DISTANCE_S = 3600.0
# The types whose instances, and those of their subclasses, count as collections.
_BASES: tuple[Any, ...] = (list, deque, dict, tuple, set, frozenset)


class Entry(NamedTuple):
    """An entry of a collection.

    Attributes:
        text: its description.
        due: when it is due, on the program's clock, in seconds; None if it has no time.
    """

    text: str
    due: float | None = None

    def is_due(self, now: float) -> bool:
        """Return whether the entry is due at this time."""
        return self.due is not None and self.due <= now

    def text_at(self, now: float) -> str:
        """Return the text to show at this time, with the time that is left until it is due."""
        if self.due is None:
            return self.text
        when = "due" if self.is_due(now) else f"in {self.due - now:.2f} s"
        return f"{when}: {self.text}"


class Entries:
    """Lists the entries of one program's collections.

    Args:
        source: the text of the program.
        clock: the clock that the program reads, or None if it reads none.
        has_heaps: whether the program may use lists as heaps.
    """

    def __init__(self, source: str, clock: Callable[[], float] | None, *, has_heaps: bool) -> None:
        self._text = Describer(source).text
        self._clock = clock
        self._has_heaps = has_heaps

    def now(self) -> float:
        """Return the time on the program's clock, in seconds; 0 if it reads no clock."""
        return self._clock() if self._clock else 0.0

    def list_of(self, collection: Any) -> list[Entry]:
        """Return the first entries of a collection, and one that counts the rest if there is one.

        The entries of a heap are in the order of their removal, all others in that of iteration. A
        value that is no collection counts as a single entry.
        """
        kind = type(collection)
        base = next((base for base in _BASES if issubclass(kind, base)), None)
        if base is None:
            return [Entry(cut(self._text(collection)))]
        if base is dict:
            pairs = list(islice(dict.items(collection), _MAX_ENTRIES))
            entries = [Entry(cut(f"{self._text(key)}: {self._text(each)}")) for key, each in pairs]
        else:
            values = list(islice(base.__iter__(collection), _MAX_SORTED + 1))
            entries = [self._entry(value) for value in self._in_order(values)]
        rest = base.__len__(collection) - len(entries)
        return [*entries, Entry(f"… {rest} more")] if rest else entries

    def _in_order(self, values: list[Any]) -> list[Any]:
        if not self._has_heaps or not _is_heap(values):
            return values[:_MAX_ENTRIES]
        if len(values) > _MAX_SORTED:
            return values[:1]
        return sorted(values, key=_sort_key)[:_MAX_ENTRIES]

    def _entry(self, value: Any) -> Entry:
        if not _begins_with_number(value):
            return Entry(cut(self._text(value)))
        time, *rest = value
        # Numbers in the middle only keep entries of the same time in order, so they are not shown.
        rest = [each for each in rest[:-1] if type(each) is not int] + rest[-1:]
        text = ", ".join(map(self._text, rest))
        if type(time) is float and self._clock and abs(time - self._clock()) < _MAX_DISTANCE_S:
            return Entry(cut(text), time)
        return Entry(cut(f"{self._text(time)}: {text}"))


def _begins_with_number(value: Any) -> bool:
    """Return whether a value looks like an entry of a heap: a tuple that begins with a number."""
    return type(value) is tuple and len(value) > 1 and type(value[0]) in (int, float)


def _sort_key(entry: tuple[Any, ...]) -> tuple[float, int]:
    return entry[0], entry[1] if type(entry[1]) is int else 0


def _is_heap(values: list[Any]) -> bool:
    """Return whether a list consists of entries that `heapq` may have arranged as a heap."""
    if not values or not all(map(_begins_with_number, values)):
        return False
    keys = [_sort_key(value) for value in values]
    return all(keys[(index - 1) // 2] <= keys[index] for index in range(1, len(keys)))
