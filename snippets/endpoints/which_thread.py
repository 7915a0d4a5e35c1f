# /// script
# dependencies = ["fastapi", "httpx"]
# ///
import asyncio
from threading import get_ident
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI

app = FastAPI()


def where() -> str:
    return "the event loop's thread" if get_ident() == loop_thread else "a thread of the pool"


# region endpoints
@app.get("/def")
def plain() -> str:
    return where()


@app.get("/async-def")
async def asynchronous() -> str:
    return where()


@app.get("/async-def-calls-def")
async def calls_a_function() -> str:
    return where()  # a plain function that the endpoint calls


@app.get("/async-def-depends-on-def")
async def depends_on_a_function(place: Annotated[str, Depends(where)]) -> str:
    return place  # the same function, called by FastAPI


# endregion


async def main() -> None:
    global loop_thread
    loop_thread = get_ident()
    shop = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop")
    async with shop:
        for path in (
            "/def",
            "/async-def",
            "/async-def-calls-def",
            "/async-def-depends-on-def",
        ):
            answer = await shop.get(path)
            print(f"{path:<26} {answer.json()}")


loop_thread: int
asyncio.run(main())
