"""The fakes have what the stubs of the browser's modules declare, and behave as kernel.ts does."""

import pytest

from tests.browser_runtime.fake_kernel import FakeKernel, FakePage, NothingLeftError, declared_names
from tests.browser_runtime.harness import PYTHON, kernel, locks, run, scheduler


@pytest.mark.parametrize(("name", "fake"), [("kernel", FakeKernel), ("page", FakePage)])
def test_the_fake_offers_every_name_of_the_stub(
    name: str, fake: type[FakeKernel | FakePage]
) -> None:
    declared = declared_names(PYTHON / "typings" / f"browser_{name}.pyi")
    # Classes are declared for type checkers only.
    names = [name for name in declared if name.islower()]
    assert len(names) > 5
    assert [name for name in names if not hasattr(fake(), name)] == []


def test_a_wait_that_nothing_can_end_is_an_error_of_the_test() -> None:
    with pytest.raises(NothingLeftError):
        run(lambda _: scheduler.wait(None, outside=True))


def test_time_passes_only_while_everything_waits_or_something_computes() -> None:
    started = kernel.now()
    run(lambda _: locks.sleep(2))
    assert kernel.now() - started == 2000
    run(lambda _: kernel.compute(7))
    assert kernel.now() - started == 2007


def test_the_worker_counts_how_long_no_thread_ran() -> None:
    def program(_: object) -> None:
        kernel.compute(3)
        locks.sleep(0.5)
        kernel.compute(4)

    run(program)
    assert kernel.idle == 500
