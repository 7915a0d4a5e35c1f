import asyncio
from collections.abc import Awaitable, Callable

type Charge = Callable[[str, int], Awaitable[None]]


class NoAnswerError(Exception):
    pass


# region bank
class Bank:
    def __init__(self) -> None:
        self.account = 100
        self.seen: set[str] = set()
        self.answers_lost = 1

    def answer(self) -> None:
        if self.answers_lost:
            self.answers_lost -= 1
            raise NoAnswerError

    async def charge(self, order: str, euros: int) -> None:
        self.account -= euros
        self.answer()

    async def charge_once(self, order: str, euros: int) -> None:
        if order not in self.seen:
            self.seen.add(order)
            self.account -= euros
        self.answer()


async def insist(charge: Charge, order: str, euros: int) -> None:
    for pause in (0.02, 0.04, 0.08):
        try:
            return await charge(order, euros)
        except NoAnswerError:
            await asyncio.sleep(pause)
    raise NoAnswerError


async def main() -> None:
    bank = Bank()
    await insist(bank.charge, "order 17", euros=30)
    print(f"charge:      {bank.account} euros left")
    bank = Bank()
    await insist(bank.charge_once, "order 17", euros=30)
    print(f"charge_once: {bank.account} euros left")


asyncio.run(main())
# endregion
