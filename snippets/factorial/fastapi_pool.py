# /// script
# dependencies = ["fastapi", "httpx"]
# ///
import asyncio
import math
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import FastAPI, Path


# region app
def bits_of_factorial(number: int) -> int:
    return math.factorial(number).bit_length()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    with ProcessPoolExecutor() as app.state.workers:
        yield
    # Leaving the block waits for running jobs and ends the processes.


app = FastAPI(lifespan=lifespan)


@app.get("/factorial/{number}")
async def factorial(number: Annotated[int, Path(ge=0, le=200_000)]) -> int:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(app.state.workers, bits_of_factorial, number)


# endregion


async def main() -> None:
    transport = httpx.ASGITransport(app)
    async with (
        lifespan(app),
        httpx.AsyncClient(transport=transport, base_url="http://server") as client,
    ):
        for number in ("20", "100000", "1000000", "many"):
            answer = await client.get(f"/factorial/{number}")
            bits = f", {answer.json():,} bits" if answer.is_success else ""
            print(f"/factorial/{number}: status {answer.status_code}{bits}")


if __name__ == "__main__":
    asyncio.run(main())
