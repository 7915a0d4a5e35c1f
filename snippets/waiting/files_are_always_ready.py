import asyncio
import os
import select
import sys
import tempfile

if not hasattr(select, "epoll"):
    sys.exit("This snippet needs Linux.")


async def main() -> None:
    loop = asyncio.get_running_loop()

    read_end, write_end = os.pipe()
    arrived = loop.create_future()
    loop.add_reader(read_end, lambda: arrived.set_result(os.read(read_end, 100)))
    loop.call_later(0.2, os.write, write_end, b"reading 71")
    print("pipe: the loop waits until bytes arrive:", (await arrived).decode())

    with tempfile.TemporaryFile() as file:
        try:
            loop.add_reader(file, print)
        except PermissionError as refusal:
            print("file: the loop cannot wait for it:", refusal.strerror)


asyncio.run(main())
