"""Thread-local data of the browser's threads, which all share one thread of the system."""

import itertools
from typing import Any
from weakref import WeakSet, ref

from browser_runtime.scheduling import scheduler

_numbers = itertools.count(1)


class _Thread:
    """Represents one thread. When this object is collected, the thread's attributes are dropped."""

    def __init__(self) -> None:
        self.number = next(_numbers)
        self.spaces: WeakSet[_Spaces] = WeakSet()

    def __del__(self) -> None:
        for spaces in list(self.spaces):
            spaces.forget(self.number)


class _Spaces:
    """The attributes that each thread sees in one `Local`.

    The attributes belong to the `Local` rather than to the threads, so that a `Local` whose
    attributes refer to itself can be collected.
    """

    __slots__ = ("__weakref__", "arguments", "by_thread", "current", "instance")

    def __init__(self, instance: "Local", arguments: tuple[Any, Any]) -> None:
        self.instance = ref(instance)
        # The arguments with which `__init__` is called in each thread.
        self.arguments = arguments
        # Number of a thread → its attributes.
        self.by_thread: dict[int, dict[str, Any]] = {}
        # The number of the thread whose attributes are the `__dict__` of the instance; 0 for none.
        self.current = 0

    def add(self, namespace: dict[str, Any]) -> None:
        """Store the running thread's attributes."""
        thread = scheduler.thread_data(_Thread)
        thread.spaces.add(self)
        self.by_thread[thread.number] = namespace
        self.current = thread.number

    def forget(self, number: int) -> None:
        """Drop the attributes of a thread that has ended."""
        self.by_thread.pop(number, None)
        instance = self.instance()
        if self.current == number and instance is not None:
            self.current = 0
            object.__setattr__(instance, "__dict__", {})


class Local:
    """Like `threading.local`: every thread sees attributes of its own.

    Before each access to an attribute, the instance gets the running thread's dictionary as its
    `__dict__`. No other thread can run between this change and the access, because code of this
    package is never interrupted.
    """

    __slots__ = ("__dict__", "__weakref__", "_spaces")

    def __new__(cls, /, *args: Any, **kwargs: Any) -> "Local":
        """Create the attributes of the running thread, before `__init__` is called."""
        if (args or kwargs) and cls.__init__ is object.__init__:
            raise TypeError("Initialization arguments are not supported")
        self = object.__new__(cls)
        spaces = _Spaces(self, (args, kwargs))
        object.__setattr__(self, "_spaces", spaces)
        spaces.add(object.__getattribute__(self, "__dict__"))
        return self

    def __getattribute__(self, name: str) -> Any:
        _switch(self)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        _check(self, name)
        _switch(self)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        _check(self, name)
        _switch(self)
        object.__delattr__(self, name)


Local.__name__ = Local.__qualname__ = "_local"
Local.__module__ = "_thread"


def _check(instance: Local, name: str) -> None:
    if name == "__dict__":
        kind = object.__getattribute__(instance, "__class__").__name__
        raise AttributeError(f"{kind!r} object attribute '__dict__' is read-only")


def _switch(instance: Local) -> None:
    """Give the instance the attributes of the running thread."""
    spaces: _Spaces = object.__getattribute__(instance, "_spaces")
    number = scheduler.thread_data(_Thread).number
    if spaces.current == number:
        return
    namespace = spaces.by_thread.get(number)
    if namespace is None:
        namespace = {}
        object.__setattr__(instance, "__dict__", namespace)
        spaces.add(namespace)
        args, kwargs = spaces.arguments
        kind = object.__getattribute__(instance, "__class__")
        if kind.__init__ is not object.__init__:
            kind.__init__(instance, *args, **kwargs)  # Other threads may run during this call.
    object.__setattr__(instance, "__dict__", namespace)
    spaces.current = number
