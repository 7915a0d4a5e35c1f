"""Servers for IPv6 alone, and for IPv4 and IPv6."""

import socket

server = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
port = server.getsockname()[1]
for host in ("127.0.0.1", "::1"):
    with socket.create_connection((host, port)) as client:
        there, address = server.accept()
        print(
            address[0],
            there.getsockname()[0],
            client.getpeername()[:2] == (host, port),
            len(client.getsockname()),
        )
        there.close()
server.close()
server = socket.create_server(("::1", 0), family=socket.AF_INET6)
print(server.getsockname()[0], socket.socket().connect_ex(("127.0.0.1", server.getsockname()[1])))
with socket.create_server(("127.0.0.1", server.getsockname()[1])):
    pass
