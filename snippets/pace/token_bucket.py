import asyncio
from time import perf_counter


# region bucket
class TokenBucket:
    """Let through `rate` calls of take() a second on average, and up to `burst` immediately.

    Create it inside the running loop, and use it from that loop's tasks only.
    """

    def __init__(self, rate: float, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self.tokens = float(burst)
        self.filled_at = asyncio.get_running_loop().time()

    async def take(self) -> None:
        now = asyncio.get_running_loop().time()
        refill = (now - self.filled_at) * self.rate
        self.tokens = min(self.burst, self.tokens + refill) - 1
        self.filled_at = now
        if self.tokens < 0:
            await asyncio.sleep(-self.tokens / self.rate)


async def main() -> None:
    bucket = TokenBucket(rate=5, burst=3)
    start = perf_counter()

    async def ask(number: int) -> None:
        await bucket.take()
        print(f"{perf_counter() - start:.1f} s  request {number}")

    async with asyncio.TaskGroup() as tasks:
        for number in range(1, 9):
            tasks.create_task(ask(number))


asyncio.run(main())
# endregion
