"""A client for which a listener's queue has no place, until a connection is accepted."""

import select
import socket

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen(1)
clients = [socket.socket() for _ in range(2)]
for client in clients:
    client.connect(server.getsockname())
late = socket.socket()
late.setblocking(False)
late.connect_ex(server.getsockname())
print(select.select([], [late], [], 0.05)[1])
there, address = server.accept()
print(address == clients[0].getsockname())
late.close()
print(select.select([server], [], [], 0)[0] == [server])
server.accept()
server.close()
