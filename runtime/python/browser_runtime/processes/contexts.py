"""`multiprocessing.context`: `spawn` is the only way to start a process, as on Windows."""

from functools import cache
from typing import Any

from browser_runtime.processes import popen


def adapt(module: Any) -> None:
    """Take away what a browser has no equal of."""
    spawn = module.SpawnContext()
    module._concrete_contexts = {"spawn": spawn}
    module._default_context = module.DefaultContext(spawn)
    for name in ("ForkProcess", "ForkContext", "ForkServerProcess", "ForkServerContext"):
        delattr(module, name)
    make = cache(popen.make)

    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - CPython's name
        return make()(process_obj)

    module.SpawnProcess._Popen = staticmethod(_Popen)
