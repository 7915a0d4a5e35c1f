# Opens sockets, pipes and selectors, and never closes them, not even at its end.
import os
import select
import socket
import sys


def open_until_refused(make):
    count = 0
    while True:
        try:
            kept.append(make())
            count += 1
        except OSError as error:
            print(count > 0, error)
            return
        if count > 100_000:
            print("GOT THROUGH:", count, "descriptors")
            return


kept = []
# Even modules that are never cleared keep them.
sys.kept = socket.kept = kept
open_until_refused(lambda: (socket.socket(), os.pipe(), socket.socketpair(), select.epoll()))
for make in (socket.socket, os.pipe, socket.socketpair, select.epoll):
    open_until_refused(make)
del kept[100:]
server = socket.create_server(("127.0.0.1", 8000), backlog=100_000)
# Clients that give up, or are closed before the server has accepted them, must not remain either.
for _ in range(20_000):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(("127.0.0.1", 8000))
    client.close()
for thing in list(kept):
    if isinstance(thing, socket.socket):
        thing.detach()
print("left open")
