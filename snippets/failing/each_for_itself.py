import asyncio

LINKS = {"Kourou": 0.1, "Malindi": 0.2, "Dongara": 0.3}


async def track(station: str) -> str:
    await asyncio.sleep(LINKS[station])
    if station == "Malindi":
        raise ConnectionError("line is down")
    return "has the signal"


async def track_or_report(station: str) -> str:
    try:
        return await track(station)
    except ConnectionError as error:
        return f"no answer ({error})"


async def main() -> None:
    async with asyncio.TaskGroup() as stations:
        reports = {name: stations.create_task(track_or_report(name)) for name in LINKS}

    for station, report in reports.items():
        print(f"{station}: {report.result()}")


asyncio.run(main())
