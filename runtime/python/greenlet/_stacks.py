"""Several stacks of calls within one thread, of which one runs: what greenlets stand on."""

import asyncio
from collections.abc import Callable

import browser_kernel as kernel
from browser_runtime import facts
from browser_runtime.scheduling import scheduler
from pyodide.ffi import create_proxy


class Stack:
    """One of them, as long as it does not run."""

    _gate: kernel.Gate | None = None

    def resume(self) -> None:
        """Let it go on as soon as the running stack waits or ends."""
        if self._gate:
            self._gate.open(scheduler.WOKEN)

    def wait(self, proceed: Callable[[], None]) -> None:
        """Suspend the running stack as this one, until it is resumed.

        Args:
            proceed: resumes or starts the stack that is to run instead.

        Raises:
            RuntimeError: this browser cannot switch stacks, or there are too many.
        """
        if not scheduler.can_switch():
            facts.cannot_switch()
            error = RuntimeError("cannot switch between stacks")
            error.add_note("This browser cannot do that; use Chrome 137, Firefox 153 or newer.")
            raise error
        self._gate = kernel.gate(-1, False)
        proceed()
        try:
            scheduler.suspend(self._gate.promise)
        finally:
            self._gate = None


def start(function: Callable[[], None]) -> None:
    """Run a function on a new stack of this thread, as soon as the present one waits or ends."""
    thread, loop = scheduler.get_ident(), asyncio._get_running_loop()

    def body() -> None:
        scheduler.enter(thread)
        asyncio._set_running_loop(loop)
        function()

    kernel.spawn(create_proxy(body))
