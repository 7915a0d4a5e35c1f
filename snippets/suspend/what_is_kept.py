import inspect
from collections.abc import Callable, Generator
from types import FrameType, coroutine


@coroutine
def wait() -> Generator[None]:
    yield


# region kept
async def look_up(item: str) -> int:
    await wait()
    return 5


async def check_out(total: int) -> int:
    return total + await look_up("pot")


def check_out_cut_in_two(total: int) -> Callable[[int], int]:
    return lambda price: total + price


def show(frame: FrameType) -> None:
    print(f"  {frame.f_code.co_name}, line {frame.f_lineno}: {frame.f_locals}")


print("callback")
second_half = check_out_cut_in_two(12)
print("  the rest:", inspect.getclosurevars(second_half).nonlocals)

print("coroutine")
customer = check_out(12)
customer.send(None)  # runs up to the yield
show(customer.cr_frame)
show(customer.cr_await.cr_frame)
customer.close()
# endregion
