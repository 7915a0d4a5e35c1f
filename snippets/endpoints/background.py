# /// script
# dependencies = ["fastapi", "httpx"]
# ///
import asyncio
from time import perf_counter, sleep

import httpx
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


# region reports
def report() -> None:
    sleep(0.5)


async def report_blocking() -> None:
    sleep(0.5)


async def report_awaiting() -> None:
    await asyncio.sleep(0.5)


REPORTS = {each.__name__: each for each in (report, report_blocking, report_awaiting)}


@app.post("/delays/{kind}")
async def announce_delay(kind: str, background: BackgroundTasks) -> str:
    background.add_task(REPORTS[kind])
    return "a delay of ten minutes"


# endregion


@app.get("/health")
async def health() -> str:
    return "healthy"


async def main() -> None:
    station = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://station")
    async with station:
        for kind in REPORTS:
            start = perf_counter()
            async with asyncio.TaskGroup() as travellers:
                travellers.create_task(station.post(f"/delays/{kind}"))
                await asyncio.sleep(0.01)
                await station.get("/health")
                waited = perf_counter() - start
            verdict = "frozen" if waited > 0.3 else "fine"
            print(f"{kind}: /health is {verdict}, answer after {waited:.1f} s")


asyncio.run(main())
