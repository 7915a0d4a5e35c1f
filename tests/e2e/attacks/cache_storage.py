# Puts a forged response for the home page into the site's Cache Storage.
import asyncio

import js


async def main():
    try:
        cache = await js.caches.open("stolen")
        await cache.put("/", js.Response.new("poisoned"))
        print("GOT THROUGH")
    except Exception as error:
        print("refused:", type(error).__name__)


asyncio.run(main())
