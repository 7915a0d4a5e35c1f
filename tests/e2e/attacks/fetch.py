# Requests files from another host and from the site with fetch, in each of its modes.
import asyncio

import js


async def main():
    for address in (
        "http://elsewhere.test/a",
        "http://site.test/verification.json",
        "/",
        "data:,x",
    ):
        for mode in ("cors", "no-cors", "same-origin"):
            try:
                response = await js.fetch(address, js.JSON.parse(f'{{"mode": "{mode}"}}'))
                print("GOT THROUGH:", address, mode, response.status)
            except Exception as error:
                print("refused:", type(error).__name__)


asyncio.run(main())
