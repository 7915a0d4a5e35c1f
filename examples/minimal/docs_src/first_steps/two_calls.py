import asyncio


async def call(name: str, seconds: float) -> str:
    await asyncio.sleep(seconds)
    print(f"{name} has answered")
    return name


async def main() -> None:
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(call("Oslo", 0.2))
        quick = group.create_task(call("Cairo", 0.1))
    print(f"The answers are from {slow.result()} and {quick.result()}.")


asyncio.run(main())
