import asyncio
from collections.abc import Awaitable, Callable

type Pay = Callable[[str], Awaitable[None]]


# region code
class BoxOffice:
    def __init__(self, pay: Pay) -> None:
        self.pay, self.seats, self.sold = pay, 1, 0

    async def pay_then_take(self, visitor: str) -> None:
        if self.seats:
            await self.pay(visitor)
            self.seats -= 1
            self.sold += 1

    async def take_then_pay(self, visitor: str) -> None:
        if self.seats:
            self.seats -= 1
            await self.pay(visitor)
            self.sold += 1


async def sell_while_ada_pays(sell: Callable[[BoxOffice, str], Awaitable[None]]) -> int:
    ada_pays, go_on = asyncio.Event(), asyncio.Event()

    async def pay(visitor: str) -> None:
        if visitor == "Ada":
            ada_pays.set()
            await go_on.wait()

    office = BoxOffice(pay)
    async with asyncio.TaskGroup() as visitors:
        visitors.create_task(sell(office, "Ada"))
        await ada_pays.wait()
        visitors.create_task(sell(office, "Ben"))
        await asyncio.sleep(0)  # Ben goes as far as he gets
        go_on.set()
    return office.sold


# endregion

for sell in (BoxOffice.pay_then_take, BoxOffice.take_then_pay):
    sold = asyncio.run(sell_while_ada_pays(sell))
    print(f"{sell.__name__}: {sold} sold, test {'passes' if sold == 1 else 'FAILS'}")
