import asyncio
import socket


class Server(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(data.upper(), address)


class Client(asyncio.DatagramProtocol):
    def __init__(self):
        self.received, self.errors = asyncio.Queue(), asyncio.Queue()

    def datagram_received(self, data, address):
        self.received.put_nowait((data, address))

    def error_received(self, error):
        self.errors.put_nowait(error)

    def connection_lost(self, error):
        print("lost", error)


async def main():
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    address = transport.get_extra_info("sockname")
    sending, client = await loop.create_datagram_endpoint(Client, remote_addr=address)
    for text in (b"one", b"two", b""):
        sending.sendto(text)
    for _ in range(3):
        data, source = await client.received.get()
        print(data, source == address)
    try:
        sending.sendto(b"x", ("127.0.0.1", 9))
    except ValueError as error:
        print(str(error).partition(":")[0])
    transport.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    sending.sendto(b"nobody")
    print(type(await client.errors.get()).__name__)
    sending.close()

    free, client = await loop.create_datagram_endpoint(Client, family=socket.AF_INET)
    transport, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    free.sendto(b"to an address", transport.get_extra_info("sockname"))
    print((await client.received.get())[0])
    try:
        await asyncio.wait_for(client.received.get(), 0.01)
    except TimeoutError:
        print("nothing more")
    free.close()
    transport.close()
    await asyncio.sleep(0)


asyncio.run(main())
