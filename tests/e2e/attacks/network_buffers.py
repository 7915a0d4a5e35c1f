# Asks for very large buffers, and fills as many of them as possible with data that nothing reads.
import multiprocessing
import os
import socket

HUGE = 2**31 - 1


def fill(write, data):
    """Write until nothing fits, and print why."""
    total = 0
    try:
        while sent := write(data):
            total += sent
    except OSError as error:
        print("full:", error)
    if total > 2**30:
        print("GOT THROUGH:", total, "bytes")


def connect(address, family=socket.AF_INET):
    client = socket.socket(family)
    for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        client.setsockopt(socket.SOL_SOCKET, option, HUGE)
    client.connect(address)
    client.setblocking(False)
    return client


def flood(port):
    data = bytes(1_000_000)
    kept = []
    for _ in range(200):
        try:
            kept.append(connect(("127.0.0.1", port)))
            fill(kept[-1].send, data)
        except OSError as error:
            print("full:", error)
            return


if __name__ == "__main__":
    server = socket.create_server(("127.0.0.1", 8000), backlog=5000)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, HUGE)
    child = multiprocessing.Process(target=flood, args=[8000])
    child.start()
    child.join(10)
    child.kill()
    child.join()
    flood(8000)
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, HUGE)
    receiver.bind(("127.0.0.1", 8000))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(("127.0.0.1", 8000))
    for _ in range(20_000):
        try:
            sender.send(bytes(65_000))
        except OSError as error:
            print("full:", error)
            break
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    fill(lambda data: os.write(writer, data), bytes(10_000_000))
    for size in (2**31, 2**40):
        try:
            server.recv(size)
        except (OSError, MemoryError, OverflowError, ValueError) as error:
            print("refused:", type(error).__name__)
