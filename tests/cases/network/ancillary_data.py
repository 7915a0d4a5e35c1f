"""What `sendmsg` sends and `recvmsg` receives in addition to the bytes."""

import array
import os
import socket
import tempfile


def shown(result):
    data, items, flags, _ = result
    kinds = [
        (level, name, len(content) // array.array("i").itemsize) for level, name, content in items
    ]
    return data, kinds, flags & (socket.MSG_CTRUNC | socket.MSG_TRUNC)


def close_all(result):
    for _, _, content in result[1]:
        for number in array.array("i", content):
            os.close(number)


a, b = socket.socketpair()
reader, writer = os.pipe()
with tempfile.TemporaryFile() as file:
    file.write(b"of the file")
    file.flush()
    print(socket.send_fds(a, [b"message"], [writer, file.fileno()]))
data, numbers, flags, address = socket.recv_fds(b, 100, 5)
print(data, len(numbers), flags & socket.MSG_CTRUNC, address)
os.close(writer)
os.write(numbers[0], b"through the descriptor")
os.close(numbers[0])
print(os.read(reader, 100), os.read(reader, 100))
os.lseek(numbers[1], 0, os.SEEK_SET)
print(os.read(numbers[1], 100))
os.close(numbers[1])

# A call returns no bytes of the messages after the one that carries descriptors.
a.send(b"before ")
socket.send_fds(a, [b"with "], [reader])
socket.send_fds(a, [b"second "], [reader, reader])
a.send(b"after")
for size in (3, 100, 4, 100):
    result = b.recvmsg(size, 100)
    print(shown(result))
    close_all(result)
# Descriptors that are not received are closed.
inner, outer = socket.socketpair()
socket.send_fds(a, [b"lost"], [inner.fileno()])
inner.close()
print(b.recv(100), outer.recv(10))
outer.close()
inner, outer = socket.socketpair()
socket.send_fds(a, [b"never received"], [inner.fileno()])
inner.close()
b.close()
print(outer.recv(10))
outer.close()
a.close()

# There is too little room for the ancillary data.
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    a, b = socket.socketpair(socket.AF_UNIX, kind)
    for room in (0, 1, socket.CMSG_LEN(0), socket.CMSG_LEN(4), socket.CMSG_LEN(8) - 1, 100):
        socket.send_fds(a, [b"m"], [reader, reader])
        result = b.recvmsg(10, room)
        print(room, shown(result))
        close_all(result)
    a.close()
    b.close()

a, b = socket.socketpair()
for items in ([object()], [(0, 0)], [(object(), 0, b"")], [(0, 0, object())], object()):
    try:
        a.sendmsg([b"x"], items)
    except TypeError:
        print("TypeError")
for name, data in {"closed": array.array("i", [999_999]), "cut": b"\1\2\3"}.items():
    try:
        print(name, a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, data)]))
    except OSError as error:
        print(name, error.strerror)
print(shown(b.recvmsg(10, 100)))
try:
    b.recvmsg_into([b"not writable"], 0, 0)
except TypeError:
    print("TypeError")
a.close()
b.close()
os.close(reader)

server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.bind(("::1", 0))
client = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
level = socket.IPPROTO_IPV6
asked = [(socket.IPV6_RECVTCLASS, socket.IPV6_TCLASS), (socket.IPV6_RECVHOPLIMIT, 0)]
to = server.getsockname()
client.sendmsg([b"not asked"], [], 0, to)
print(server.recvmsg(100, 100)[:3])
for option, _ in asked:
    server.setsockopt(level, option, 1)
client.sendto(b"defaults", to)
_, items, _, _ = server.recvmsg(100, 100)
print(sorted((name, array.array("i", content)[0]) for _, name, content in items))
chosen = [
    (level, socket.IPV6_HOPLIMIT, array.array("i", [2])),
    (level, socket.IPV6_TCLASS, array.array("i", [8])),
]
for room in (100, 25, socket.CMSG_SPACE(4), socket.CMSG_SPACE(4) + 17, 15):
    client.sendmsg([b"chosen"], chosen, 0, to)
    data, items, flags, _ = server.recvmsg(100, room)
    print(room, [len(content) for _, _, content in items], flags & socket.MSG_CTRUNC)
for value in (array.array("i", [256]), b"123"):
    try:
        client.sendmsg([b"wrong"], [(level, socket.IPV6_HOPLIMIT, value)], 0, to)
    except OSError as error:
        print(error.strerror)
client.close()
server.close()
