import asyncio
import socket


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data[::-1])

    def eof_received(self):
        print("server: eof")
        return False

    def connection_lost(self, error):
        print("server: lost", type(error).__name__)


class Client(asyncio.Protocol):
    def __init__(self):
        self.lost = asyncio.get_running_loop().create_future()
        self.resumed = asyncio.Event()
        self.calls = []
        self.data = b""

    def connection_made(self, transport):
        self.transport = transport
        self.calls.append("made")

    def pause_writing(self):
        self.calls.append("pause")

    def resume_writing(self):
        self.calls.append("resume")
        self.resumed.set()

    def data_received(self, data):
        self.data += data

    def eof_received(self):
        self.calls.append("eof")

    def connection_lost(self, error):
        self.calls.append(("lost", type(error).__name__))
        self.lost.set_result(None)


class Buffered(asyncio.BufferedProtocol):
    def __init__(self):
        self.lost = asyncio.get_running_loop().create_future()
        self.buffer, self.total = bytearray(1000), 0

    def get_buffer(self, hint):
        return self.buffer

    def buffer_updated(self, size):
        self.total += size

    def connection_lost(self, error):
        self.lost.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    transport, client = await loop.create_connection(Client, *address)
    transport.writelines([b"ab", b"cd"])
    await asyncio.sleep(0.01)
    print(client.data, transport.get_extra_info("peername") == address, transport.is_reading())
    print(transport.get_extra_info("sockname") == transport.get_extra_info("socket").getsockname())
    print(transport.can_write_eof(), transport.get_write_buffer_limits())
    transport.write_eof()
    await client.lost
    print(client.calls, transport.is_closing())

    # Ending abruptly.
    transport, client = await loop.create_connection(Client, *address)
    await asyncio.sleep(0)
    transport.abort()
    await client.lost
    print(client.calls)
    await asyncio.sleep(0.01)
    server.close()
    await server.wait_closed()

    # Flow control on both sides.
    a, b = socket.socketpair()
    writing, client = await loop.create_connection(Client, sock=a)
    reading, buffered = await loop.create_connection(Buffered, sock=b)
    reading.pause_reading()
    writing.set_write_buffer_limits(high=1000, low=100)
    for _ in range(20):
        writing.write(bytes(100_000))
    await asyncio.sleep(0.01)
    print(client.calls, writing.get_write_buffer_size() > 1000, buffered.total)
    reading.resume_reading()
    await asyncio.wait_for(client.resumed.wait(), 5)
    writing.close()
    await asyncio.gather(client.lost, buffered.lost)
    print(client.calls, buffered.total)

    # A descriptor that belongs to a transport.
    a, b = socket.socketpair()
    transport, client = await loop.create_connection(Client, sock=a)
    try:
        loop.add_reader(a, print)
    except RuntimeError as error:
        print("is used by transport" in str(error))
    b.close()
    await client.lost
    print(client.calls)
    for arguments in ({"host": "127.0.0.1"}, {"sock": b, "host": "x", "port": 1}, {}):
        try:
            await loop.create_connection(Client, **arguments)
        except (ValueError, TypeError, OSError) as error:
            print(type(error).__name__, error.args[-1])


asyncio.run(main())
