"""Call stacks within one thread, of which one runs at a time. Each greenlet has its own stack."""

import asyncio
from collections.abc import Callable

import browser_kernel as kernel
from browser_runtime import facts
from browser_runtime.scheduling import scheduler
from pyodide.ffi import create_proxy


class Stack:
    """A call stack that can be suspended and resumed."""

    _gate: "kernel.Gate | None" = None

    def resume(self) -> None:
        """Resume this stack as soon as the running one is suspended or ends."""
        if self._gate:
            self._gate.open(scheduler.WOKEN)

    def suspend(self, run_another: Callable[[], None]) -> None:
        """Suspend the running stack, which this object represents, until `resume` is called.

        Args:
            run_another: resumes or starts the stack to run instead.

        Raises:
            RuntimeError: Python cannot be suspended in this browser or at this point.
        """
        if not scheduler.can_switch():
            facts.cannot_switch()
            error = RuntimeError("cannot switch between stacks")
            error.add_note("This browser cannot do that; use Chrome 137, Firefox 153 or newer.")
            raise error
        self._gate = kernel.gate(-1, False)
        run_another()
        try:
            scheduler.suspend(self._gate.promise)
        finally:
            self._gate = None


def start(function: Callable[[], None]) -> None:
    """Call a function on a new stack as soon as the running one is suspended or ends."""
    thread, loop = scheduler.get_ident(), asyncio._get_running_loop()

    def body() -> None:
        scheduler.enter(thread)
        asyncio._set_running_loop(loop)
        function()

    kernel.spawn(create_proxy(body))
