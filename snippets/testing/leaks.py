import asyncio
import gc
import logging
import unittest
import warnings


async def save() -> None:
    raise OSError("disk full")


# region strict
class Leaks:
    async def test_forgotten_await(self) -> None:
        save()

    async def test_forgotten_task(self) -> None:
        asyncio.create_task(asyncio.sleep(60), name="refresh")

    async def test_forgotten_failure(self) -> None:
        asyncio.create_task(save(), name="backup")
        await asyncio.sleep(0)


class StrictTestCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.found: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self.found.append(context["message"]))
        self.warned = self.enterContext(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")

    async def asyncTearDown(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        self.found += [f"{task.get_name()} is still running" for task in others]
        gc.collect()  # lost tasks and coroutines are reported when they are deleted
        self.found += [str(warning.message).splitlines()[0] for warning in self.warned]
        if self.found:
            self.fail(", ".join(self.found))


class Loose(Leaks, unittest.IsolatedAsyncioTestCase): ...


class Strict(Leaks, StrictTestCase): ...


# endregion

logging.disable()
for case in (Loose, Strict):
    result = unittest.TestResult()
    with warnings.catch_warnings(action="ignore"):
        unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
        gc.collect()
    print(f"{case.__name__}: {result.testsRun} tests, {len(result.failures)} failed")
    for test, text in result.failures:
        print(f"  {test.id().split('.')[-1]}")
        print(f"    {text.splitlines()[-1].removeprefix('AssertionError: ')}")
