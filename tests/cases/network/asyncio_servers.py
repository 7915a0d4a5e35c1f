import asyncio
import socket


async def wait(reader, writer):
    try:
        await reader.read()
    except asyncio.CancelledError:
        print("cancelled")
        raise
    except ConnectionResetError:
        print("reset")
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(wait, "127.0.0.1", 0, start_serving=False)
    address = server.sockets[0].getsockname()
    print(server.is_serving(), len(server.sockets))
    serving = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(0)
    print(server.is_serving())
    reader, writer = await asyncio.open_connection(*address)
    await asyncio.sleep(0.01)
    # The server is closed while a client is still connected, so `wait_closed` has to wait.
    server.close()
    print(server.is_serving(), server.sockets)
    closing = asyncio.create_task(server.wait_closed())
    await asyncio.sleep(0.01)
    print(closing.done())
    try:
        await asyncio.open_connection(*address)
    except ConnectionRefusedError as error:
        print("refused", error.errno)
    writer.close()
    await closing
    print((await asyncio.gather(serving, return_exceptions=True))[0].__class__.__name__)

    for end in ("close_clients", "abort_clients"):
        server = await asyncio.start_server(wait, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await asyncio.sleep(0.01)
        server.close()
        getattr(server, end)()
        try:
            print(end, await reader.read())
        except ConnectionResetError as error:
            print(end, error.strerror)
        writer.close()
        await server.wait_closed()

    # Ports, and both families.
    server = await asyncio.start_server(wait, None, 0, family=socket.AF_INET)
    port = server.sockets[0].getsockname()[1]
    try:
        await asyncio.start_server(wait, "127.0.0.1", port)
    except OSError as error:
        print(type(error).__name__, error.errno, str(error).partition(" address")[0])
    server.close()
    server = await asyncio.start_server(wait, "127.0.0.1", port)
    server.close()
    async with await asyncio.start_server(wait, "::1", 0) as server:
        _, writer = await asyncio.open_connection("::1", server.sockets[0].getsockname()[1])
        print(writer.get_extra_info("peername")[0])
        writer.close()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = await asyncio.start_server(wait, sock=listener)
        print(server.sockets[0].getsockname() == listener.getsockname())
        server.close()

    # The callback for a client fails.
    messages = []
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: messages.append((context["message"], repr(context["exception"])))
    )

    async def fail(reader, writer):
        raise LookupError("in the callback")

    async with await asyncio.start_server(fail, "127.0.0.1", 0) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        print(await reader.read(), messages)
        writer.close()
        await writer.wait_closed()


asyncio.run(main())
