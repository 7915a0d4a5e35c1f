"""Unix sockets that are bound at paths and at abstract addresses."""

import os
import socket
import tempfile
import threading

folder = tempfile.mkdtemp()
path = os.path.join(folder, "s")
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
print(os.path.exists(path), server.getsockname() == path)


def serve():
    connection, address = server.accept()
    print(repr(address), connection.recv(10))
    connection.sendall(b"pong")
    connection.close()


thread = threading.Thread(target=serve)
thread.start()
client = socket.socket(socket.AF_UNIX)
client.connect(path)
client.sendall(b"ping")
thread.join()
print(client.recv(10), client.getpeername() == path, repr(client.getsockname()))


def attempt(function, *args):
    try:
        print(function(*args))
    except OSError as error:
        print(type(error).__name__, error.strerror)


with socket.socket(socket.AF_UNIX) as s:
    attempt(s.bind, path)
server.close()
with socket.socket(socket.AF_UNIX) as s:
    attempt(s.connect, path)
os.unlink(path)
with socket.socket(socket.AF_UNIX) as s:
    attempt(s.connect, path)
with socket.socket(socket.AF_UNIX) as s:
    attempt(s.bind, path)
abstract = socket.socket(socket.AF_UNIX)
abstract.bind("\0name")
abstract.listen()
with socket.socket(socket.AF_UNIX) as s:
    s.connect("\0name")
    print(s.getpeername(), abstract.getsockname())
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
d.bind(os.path.join(folder, "d"))
e = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
print(e.sendto(b"hi", d.getsockname()), d.recvfrom(9))
