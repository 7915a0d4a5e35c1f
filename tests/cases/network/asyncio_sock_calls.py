import asyncio
import socket
import tempfile


async def serve(loop, listener):
    connection, address = await loop.sock_accept(listener)
    with connection:
        buffer = bytearray(10)
        while size := await loop.sock_recv_into(connection, buffer):
            await loop.sock_sendall(connection, bytes(buffer[:size]).swapcase())
    return address[0]


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    server = asyncio.create_task(serve(loop, listener))
    client = socket.socket()
    client.setblocking(False)
    await loop.sock_connect(client, listener.getsockname())
    await loop.sock_sendall(client, b"some WORDS, more than ten bytes")
    received = b""
    while len(received) < 31:
        received += await loop.sock_recv(client, 100)
    print(received)
    waiting = asyncio.create_task(loop.sock_recv(client, 100))
    await asyncio.sleep(0.01)
    waiting.cancel()
    print((await asyncio.gather(waiting, return_exceptions=True))[0].__class__.__name__)
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789" * 1000)
        file.seek(5)
        send = asyncio.create_task(loop.sock_sendfile(client, file, 5, 5000))
        received = b""
        while len(received) < 5000:
            received += await loop.sock_recv(client, 10_000)
        print(await send, received[:10], file.tell())
    client.close()
    print(await server)
    for address, name in (((listener.getsockname()[0], 9), "refused"), ("name", "no address")):
        with socket.socket() as other:
            other.setblocking(False)
            try:
                await loop.sock_connect(other, address)
            except (OSError, TypeError, ValueError) as error:
                print(name, type(error).__name__)
    listener.close()
    with socket.socket() as blocking:
        loop.set_debug(True)
        try:
            await loop.sock_recv(blocking, 1)
        except ValueError as error:
            print(error)
        loop.set_debug(False)

    one, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for each in (one, other):
        each.setblocking(False)
        each.bind(("127.0.0.1", 0))
    waiting = asyncio.create_task(loop.sock_recvfrom(one, 100))
    await asyncio.sleep(0)
    await loop.sock_sendto(other, b"message", one.getsockname())
    data, address = await waiting
    print(data, address == other.getsockname())
    await loop.sock_sendto(one, b"answer", address)
    buffer = bytearray(10)
    print((await loop.sock_recvfrom_into(other, buffer))[0], bytes(buffer[:6]))
    one.close(), other.close()

    # Callbacks for descriptors.
    a, b = socket.socketpair()
    a.setblocking(False)
    events = []
    done = loop.create_future()

    def on_writable():
        events.append("writable")
        loop.remove_writer(a)
        a.send(b"x")

    def on_readable():
        events.append(("readable", b.recv(10)))
        done.set_result(None)

    loop.add_writer(a, on_writable)
    loop.add_reader(b.fileno(), on_readable)
    await done
    print(events, loop.remove_reader(b), loop.remove_reader(b), loop.remove_writer(a))
    for wrong in (-1, "text", 3.5):
        try:
            loop.add_reader(wrong, print)
        except (ValueError, OSError) as error:
            print(type(error).__name__, error)
    a.close(), b.close()


asyncio.run(main())
