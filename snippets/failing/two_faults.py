import asyncio


class TankError(Exception):
    pass


class AntennaError(Exception):
    pass


async def check_fuel() -> None:
    await asyncio.sleep(0.2)
    raise TankError("leak in tank 2")


async def check_radio() -> None:
    try:
        await asyncio.sleep(0.5)
    finally:
        raise AntennaError("stuck half way")  # the clean-up fails, too


async def check_all() -> None:
    async with asyncio.TaskGroup() as checks:
        checks.create_task(check_fuel())
        checks.create_task(check_radio())


async def main() -> None:
    try:
        await check_all()
    except* TankError as leaks:
        print("call the plumber:", leaks.exceptions)
    except* AntennaError as jams:
        print("call the mechanic:", jams.exceptions)

    try:
        await check_all()
    except Exception as everything:
        print("or as one:", repr(everything))


asyncio.run(main())
