# /// script
# dependencies = ["httpx"]
# [tool.runnable]
# timeline = false
# ///

import asyncio

import httpx

# Seconds until the answer, its status, degrees Celsius.
WEATHER = {"Oslo": (0.6, 200, 4), "Lima": (0.2, 503, None), "Cairo": (0.4, 200, 28)}


async def answer(request: httpx.Request) -> httpx.Response:
    """Stand in for the server, so that this program needs no network."""
    seconds, status, celsius = WEATHER[request.url.path.removeprefix("/stations/")]
    await asyncio.sleep(seconds)
    return httpx.Response(status, json={"celsius": celsius})


transport = httpx.MockTransport(answer)


# region fetching
STATIONS = ["Oslo", "Lima", "Cairo"]


async def fetch_temperature(client: httpx.AsyncClient, station: str) -> float | None:
    try:
        response = await client.get(f"https://weather.example/stations/{station}")
        response.raise_for_status()
    except httpx.HTTPError as error:
        print(f"{station} failed: {type(error).__name__}")
        return None
    return response.json()["celsius"]


async def main() -> None:
    async with httpx.AsyncClient(transport=transport, timeout=10) as client:
        async with asyncio.TaskGroup() as group:
            tasks = {name: group.create_task(fetch_temperature(client, name)) for name in STATIONS}
    for name, task in tasks.items():
        print(f"{name}: {task.result()}")


asyncio.run(main())
# endregion
