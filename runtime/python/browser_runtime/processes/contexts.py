"""Adapts `multiprocessing.context`, so that `spawn` is the only start method, as on Windows."""

from functools import cache
from typing import Any

from browser_runtime.processes import popen


def adapt(module: Any) -> None:
    """Remove the start methods that need `fork`, and start processes in workers."""
    spawn = module.SpawnContext()
    module._concrete_contexts = {"spawn": spawn}
    module._default_context = module.DefaultContext(spawn)
    for name in ("ForkProcess", "ForkContext", "ForkServerProcess", "ForkServerContext"):
        delattr(module, name)
    # The class is made when the first process starts, because making it imports modules that import
    # the module that is being adapted here.
    popen_class = cache(popen.make)

    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - CPython's name
        return popen_class()(process_obj)

    module.SpawnProcess._Popen = staticmethod(_Popen)
