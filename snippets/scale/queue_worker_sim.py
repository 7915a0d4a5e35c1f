import asyncio
from collections import Counter, deque


class PowerCutError(Exception):
    pass


class Broker:
    def __init__(self, *orders: str) -> None:
        self.waiting = deque(orders)
        self.delivered: dict[str, str] = {}  # order: worker

    def deliver(self, worker: str) -> str:
        order = self.waiting.popleft()
        self.delivered[order] = worker
        return order

    def acknowledge(self, order: str) -> None:
        del self.delivered[order]

    def lost_contact(self, worker: str) -> None:
        lost = [order for order, who in self.delivered.items() if who == worker]
        self.waiting.extend(lost)


# region work
async def work(worker: str, broker: Broker, acknowledge: str, ada_fails: str) -> None:
    while broker.waiting:
        order = broker.deliver(worker)
        if acknowledge == "first":
            broker.acknowledge(order)
        await asyncio.sleep(0.02)
        if worker == "Ada" and ada_fails == "while packing":
            raise PowerCutError
        packed[order] += 1
        if worker == "Ada" and ada_fails == "after packing":
            raise PowerCutError
        if acknowledge == "afterwards":
            broker.acknowledge(order)


async def run(acknowledge: str, ada_fails: str) -> None:
    broker = Broker("chess set", "clock", "board")
    try:
        await work("Ada", broker, acknowledge, ada_fails)
    except PowerCutError:
        broker.lost_contact("Ada")
    await work("Ben", broker, acknowledge, ada_fails)


print("acknowledge  Ada fails      chess set packed")
for acknowledge in ("first", "afterwards"):
    for ada_fails in ("while packing", "after packing"):
        packed: Counter[str] = Counter()
        asyncio.run(run(acknowledge, ada_fails))
        print(f"{acknowledge:12} {ada_fails:14} {packed['chess set']}")
# endregion
