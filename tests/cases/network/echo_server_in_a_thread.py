"""Echo server in a thread."""

import socket
import threading

server = socket.create_server(("127.0.0.1", 0))


def serve():
    for _ in range(2):
        connection, address = server.accept()
        with connection:
            print(address[0], connection.getsockname() == server.getsockname())
            while data := connection.recv(1024):
                connection.sendall(data.upper())


thread = threading.Thread(target=serve)
thread.start()
for text in (b"first", b"second"):
    with socket.create_connection(server.getsockname()) as client:
        client.sendall(text)
        print(client.recv(1024))
        print(client.getpeername() == server.getsockname())
thread.join()
server.close()
