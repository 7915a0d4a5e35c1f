"""Receiving into buffers, peeking and waiting for all."""

import socket
import threading

a, b = socket.socketpair()
a.sendall(b"0123456789")
print(b.recv(4, socket.MSG_PEEK), b.recv(2))
buffer = bytearray(8)
print(b.recv_into(buffer, 3), buffer)
print(b.recv_into(memoryview(buffer)[4:]), buffer)
print(b.recvfrom(1))
a.send(b"ab")
print(b.recvfrom_into(buffer), bytes(buffer[:2]))
threading.Timer(0.05, a.sendall, (b"second",)).start()
a.sendall(b"first")
print(b.recv(11, socket.MSG_WAITALL))
print(a.sendmsg([b"x", bytearray(b"yz"), memoryview(b"!")]), b.recvmsg(10), a.sendmsg([b"12345"]))
parts = bytearray(2), bytearray(2)
print(b.recvmsg_into(parts), parts, b.recv(5))
for call in (
    lambda: b.recv_into(buffer, 100),
    lambda: b.recv_into(b"bytes"),
    lambda: b.recvmsg(-1),
    lambda: a.send("text"),
    lambda: a.sendmsg(5),
    lambda: b.recv_into(buffer, -1),
):
    try:
        call()
    except (ValueError, TypeError, BufferError) as error:
        print(type(error).__name__, error)
print(a.send(b""), b.recv(0))
d = a.dup()
a.close()
d.send(b"from a duplicate")
print(b.recv(100))
d.close()
print(b.recv(1))
c, e = socket.socketpair()
number = c.detach()
print(c.fileno())
f = socket.socket(fileno=number)
print(f.family.name, f.type.name, f.fileno() == number)
f.send(b"!")
print(e.recv(5))
