import inspect
from collections.abc import Callable, Generator
from types import FrameType, coroutine


@coroutine
def wait() -> Generator[None]:
    yield


# region kept
async def board(harbour: str) -> int:
    await wait()
    return 5


async def sail(aboard: int) -> int:
    return aboard + await board("Coll")


def sail_cut_in_two(aboard: int) -> Callable[[int], int]:
    return lambda passengers: aboard + passengers


def show(frame: FrameType) -> None:
    print(f"  {frame.f_code.co_name}, line {frame.f_lineno}: {frame.f_locals}")


print("callback")
second_half = sail_cut_in_two(12)
print("  the rest:", inspect.getclosurevars(second_half).nonlocals)

print("coroutine")
ferry = sail(12)
ferry.send(None)  # runs up to the yield
show(ferry.cr_frame)
show(ferry.cr_await.cr_frame)
ferry.close()
# endregion
