"""Two descriptors of one socket, and a descriptor that gets another object."""

import os
import select
import socket

a, b = socket.socketpair()
c, d = socket.socketpair()
number = c.fileno()
assert os.dup2(a.fileno(), number) == number
print("written through both:", a.send(b"one "), c.send(b"two"), b.recv(100))
try:
    print(d.recv(10))  # The other end of what was closed.
except OSError as error:
    print(type(error).__name__)
a.close()
print("still open:", c.send(b"three"), b.recv(100))
assert os.dup2(number, number) == number
c.close()
print("closed:", b.recv(100))

reader, writer = os.pipe()
selector = select.poll()
selector.register(reader, select.POLLIN)
os.write(writer, b"x")
print("ready:", [bits for _, bits in selector.poll(0)])
other, unused = os.pipe()
os.dup2(other, reader)
print("ready:", [bits for _, bits in selector.poll(0)])
for name, numbers in {"closed": (c.fileno(), reader), "negative": (reader, -1)}.items():
    try:
        os.dup2(*numbers)
    except OSError as error:
        print(name, error.strerror)
for fd in (reader, writer, other, unused):
    os.close(fd)
b.close()
d.close()
