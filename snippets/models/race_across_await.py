import asyncio

balance = 100


async def pay(order: str, amount: int, bank_takes: float) -> None:
    global balance
    seen = balance
    await asyncio.sleep(bank_takes)
    balance = seen - amount
    print(f"{order} costs {amount}, the card shows {balance}")


async def pay_alone(order: str, amount: int, bank_takes: float, lock: asyncio.Lock) -> None:
    async with lock:
        await pay(order, amount, bank_takes)


async def main() -> None:
    global balance
    async with asyncio.TaskGroup() as payments:
        payments.create_task(pay("tea", 30, 0.1))
        payments.create_task(pay("lamp", 50, 0.2))

    print("\nthe same payments, with a lock")
    balance = 100
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as payments:
        payments.create_task(pay_alone("tea", 30, 0.1, lock))
        payments.create_task(pay_alone("lamp", 50, 0.2, lock))


asyncio.run(main())
