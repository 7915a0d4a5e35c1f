"""Errors and data after the other end has closed, with and without a reset."""

import socket

server = socket.create_server(("127.0.0.1", 0))


def pair():
    client = socket.create_connection(server.getsockname())
    return client, server.accept()[0]


def attempts(s):
    for call in (
        lambda: s.send(b"x"),
        lambda: s.recv(10),
        lambda: s.send(b"x"),
        lambda: s.recv(10),
    ):
        try:
            print(call())
        except OSError as error:
            print(type(error).__name__, error)


client, there = pair()
there.close()
print("closed")
attempts(client)
client, there = pair()
client.send(b"unread")
there.close()
print("closed with unread data")
attempts(client)
client, there = pair()
there.send(b"data")
client.send(b"unread")
there.close()
print("data before the reset")
print(client.recv(10))
attempts(client)
client, there = pair()
there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
there.close()
print("linger")
attempts(client)
client, there = pair()
client.shutdown(socket.SHUT_RD)
print(client.recv(10))
there.send(b"late")
print(client.recv(10))
client = socket.create_connection(server.getsockname())
server.close()
print("never accepted")
attempts(client)
a, b = socket.socketpair()
a.send(b"unread")
b.close()
print("unix")
attempts(a)
a, b = socket.socketpair()
b.close()
print("unix closed")
attempts(a)
a, b = socket.socketpair()
b.shutdown(socket.SHUT_RD)
try:
    a.send(b"x")
except OSError as error:
    print(repr(error))
