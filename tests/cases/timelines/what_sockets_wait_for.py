"""Threads and tasks wait for connections, clients, data, and space for more data.

Comments of the form `NAME waits: REASON` say what tasks and threads wait for in that line. A port
that the system has chosen is called "client" there.
"""

import asyncio
import os
import select
import selectors
import socket
import socketserver
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

LONG = b"x" * 20_000_000


def after(function, *args):
    threading.Timer(0.2, function, args).start()


def connect(address):
    with socket.create_connection(address):
        pass


def read_all(readable):
    while readable.recv(1_000_000):  # reader waits: read 127.0.0.1:client
        pass
    readable.close()
    # By the end of this wait, the main thread waits for this thread.
    time.sleep(0.2)  # reader waits: sleep


with socket.create_server(("127.0.0.1", 21001)) as server:
    after(connect, server.getsockname())
    accepted, _ = server.accept()  # MainThread waits: accept 127.0.0.1:21001
    accepted.close()

    after(connect, server.getsockname())
    select.select([server], [], [])  # MainThread waits: select 127.0.0.1:21001
    server.accept()[0].close()

    with selectors.DefaultSelector() as selector:
        selector.register(server, selectors.EVENT_READ)
        after(connect, server.getsockname())
        selector.select()  # MainThread waits: select 127.0.0.1:21001
    server.accept()[0].close()

    client = socket.create_connection(("localhost", 21001))
    accepted, _ = server.accept()
    after(accepted.sendall, b"data")
    client.recv(10)  # MainThread waits: read 127.0.0.1:21001
    after(accepted.sendall, b"line\n")
    with client.makefile("rb") as file:
        file.readline()  # MainThread waits: read 127.0.0.1:21001
    reading = threading.Timer(0.2, read_all, [accepted])
    reading.name = "reader"
    reading.start()
    client.sendall(LONG)  # MainThread waits: write 127.0.0.1:21001
    time.sleep(0.3)  # MainThread waits: sleep
    client.close()
    reading.join()  # MainThread waits: thread reader

full = ("127.0.0.1", 21002)
with socket.create_server(full, backlog=0) as server:
    first = socket.create_connection(full)
    after(server.accept)
    # Linux tries again after a second.
    second = socket.create_connection(full)  # MainThread waits: connect 127.0.0.1:21002

one, other = socket.socketpair()
after(one.send, b"data")
other.recv(10)  # MainThread waits: read a socket pair

receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("127.0.0.1", 21003))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
after(sender.sendto, b"data", ("127.0.0.1", 21003))
receiver.recvfrom(10)  # MainThread waits: read any address

readable, writable = os.pipe()
after(os.write, writable, b"data")
os.read(readable, 10)  # MainThread waits: read a pipe


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.2)  # server waits: sleep
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


with HTTPServer(("127.0.0.1", 21004), Handler) as http_server:
    # The server looks every 0.2 s whether it has to end, so `shutdown` has to wait.
    thread = threading.Thread(target=http_server.serve_forever, args=(0.2,), name="server")
    thread.start()
    with urllib.request.urlopen("http://127.0.0.1:21004"):  # MainThread waits: read 127.0.0.1:21004
        pass
    http_server.shutdown()  # MainThread waits: event
    # By the end of this wait, the thread has ended, so `join` does not wait.
    time.sleep(0.2)  # MainThread waits: sleep
    thread.join()


class Idle(socketserver.TCPServer):
    timeout = 0.1


with Idle(("127.0.0.1", 21005), Handler) as idle_server:
    idle_server.handle_request()  # MainThread waits: accept 127.0.0.1:21005


async def handle(reader, writer):
    await reader.readline()  # handler waits: read 127.0.0.1:client
    await asyncio.sleep(0.1)  # handler waits: sleep
    writer.write(b"answer\n")
    await writer.drain()
    await asyncio.sleep(0.1)  # handler waits: sleep
    while await reader.read(1_000_000):  # handler waits: read 127.0.0.1:client
        pass
    writer.close()


async def serve():
    def begin(reader, writer):
        asyncio.create_task(handle(reader, writer), name="handler")

    starting = asyncio.start_server(begin, "127.0.0.1", 21006)
    server = await starting  # server-task waits: tasks; server-task waits: turn
    async with server:
        await server.serve_forever()  # server-task waits: accept 127.0.0.1:21006


async def main():
    loop = asyncio.get_running_loop()
    serving = asyncio.create_task(serve(), name="server-task")
    await asyncio.sleep(0.1)  # Task-1 waits: sleep
    connecting = asyncio.open_connection("127.0.0.1", 21006)
    reader, writer = await connecting  # Task-1 waits: connect 127.0.0.1:21006
    writer.write(b"question\n")
    await reader.readline()  # Task-1 waits: read 127.0.0.1:21006
    writer.write(LONG)
    await writer.drain()  # Task-1 waits: write 127.0.0.1:21006
    await asyncio.sleep(0.3)  # Task-1 waits: sleep
    writer.close()
    await asyncio.sleep(0.1)  # Task-1 waits: sleep
    serving.cancel()
    await asyncio.wait([serving])  # Task-1 waits: tasks
    one, other = socket.socketpair()
    for each in (one, other):
        each.setblocking(False)
    loop.call_later(0.1, one.send, b"data")
    await loop.sock_recv(other, 10)  # Task-1 waits: read a socket pair


asyncio.run(main())
os._exit(0)
