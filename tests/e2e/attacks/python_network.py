# Uses Python's network modules: sockets, http.client, asyncio's streams and urllib.
import asyncio
import http.client
import socket
import urllib.request


def connect():
    with socket.create_connection(("elsewhere.test", 80), timeout=1) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.recv(10)


def ask():
    connection = http.client.HTTPConnection("elsewhere.test", timeout=1)
    connection.request("GET", "/http")
    return connection.getresponse().status


def open_stream():
    return asyncio.run(asyncio.wait_for(asyncio.open_connection("elsewhere.test", 80), 1))


def open_address():
    return urllib.request.urlopen("http://elsewhere.test/urllib", timeout=1).read(10)


for attempt in (connect, ask, open_stream, open_address):
    try:
        print("GOT THROUGH:", attempt())
    except Exception as error:
        print("refused:", type(error).__name__)
