import asyncio
from collections.abc import Awaitable, Callable

type Pay = Callable[[str], Awaitable[None]]


# region code
class Shop:
    def __init__(self, pay: Pay) -> None:
        self.pay, self.stock, self.sold = pay, 1, 0

    async def pay_then_take(self, customer: str) -> None:
        if self.stock:
            await self.pay(customer)
            self.stock -= 1
            self.sold += 1

    async def take_then_pay(self, customer: str) -> None:
        if self.stock:
            self.stock -= 1
            await self.pay(customer)
            self.sold += 1


async def sell_while_ada_pays(sell: Callable[[Shop, str], Awaitable[None]]) -> int:
    ada_is_paying, ada_may_finish = asyncio.Event(), asyncio.Event()

    async def fake_pay(customer: str) -> None:
        if customer == "Ada":
            ada_is_paying.set()
            await ada_may_finish.wait()

    shop = Shop(fake_pay)
    async with asyncio.TaskGroup() as customers:
        customers.create_task(sell(shop, "Ada"))
        await ada_is_paying.wait()
        customers.create_task(sell(shop, "Ben"))
        await asyncio.sleep(0)  # Ben's task runs until it waits or ends
        ada_may_finish.set()
    return shop.sold


# endregion

for sell in (Shop.pay_then_take, Shop.take_then_pay):
    sold = asyncio.run(sell_while_ada_pays(sell))
    print(f"{sell.__name__}: {sold} sold, test {'passes' if sold == 1 else 'FAILS'}")
