import asyncio

account = 100


async def pay(shop: str, amount: int, bank_takes: float) -> None:
    global account
    balance = account
    await asyncio.sleep(bank_takes)
    account = balance - amount
    print(f"{shop} takes {amount}, account says {account}")


async def pay_alone(shop: str, amount: int, bank_takes: float, lock: asyncio.Lock) -> None:
    async with lock:
        await pay(shop, amount, bank_takes)


async def main() -> None:
    global account
    async with asyncio.TaskGroup() as shopping:
        shopping.create_task(pay("baker", 30, 0.1))
        shopping.create_task(pay("grocer", 50, 0.2))

    print("\nonce more, with a lock")
    account = 100
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as shopping:
        shopping.create_task(pay_alone("baker", 30, 0.1, lock))
        shopping.create_task(pay_alone("grocer", 50, 0.2, lock))


asyncio.run(main())
