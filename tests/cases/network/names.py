"""Names and numbers of hosts and services, and the functions that convert them."""

import socket


def attempt(function, *args, **keywords):
    try:
        print(function(*args, **keywords))
    except Exception as error:
        print(type(error).__name__, error)


attempt(socket.getaddrinfo, "127.0.0.1", 80)
attempt(socket.getaddrinfo, "127.0.0.1", 80, type=socket.SOCK_STREAM)
attempt(socket.getaddrinfo, "127.0.0.1", "80", socket.AF_INET, socket.SOCK_DGRAM)
attempt(socket.getaddrinfo, "127.0.0.1", 80, socket.AF_INET6, socket.SOCK_STREAM)
attempt(socket.getaddrinfo, "::1", 80, 0, socket.SOCK_STREAM)
attempt(socket.getaddrinfo, None, 80, 0, socket.SOCK_STREAM)
attempt(socket.getaddrinfo, None, 80, 0, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)
attempt(socket.getaddrinfo, "name", 80, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
attempt(socket.getaddrinfo, None, None)
attempt(socket.getaddrinfo, "127.0.0.1", "no-such-service")
attempt(socket.getaddrinfo, "127.0.0.1", 80, 99)
attempt(socket.getaddrinfo, 5, 80)
attempt(socket.gethostbyname, "127.0.0.1")
attempt(socket.gethostbyname, "localhost")
attempt(socket.gethostbyname, "")
attempt(socket.gethostbyname_ex, "127.0.0.1")
attempt(socket.getnameinfo, ("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
numbers = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
attempt(socket.getnameinfo, ("ff02::8D", 80, 0, 1), numbers)
attempt(socket.getnameinfo, ("fe80::1", 80, 0, 0), numbers)
attempt(socket.getnameinfo, ("2001:DB8::1", 80, 0, 1), numbers)
attempt(socket.getnameinfo, ("::1", 80, 2**20), numbers)
attempt(socket.getaddrinfo, "ff02::8D%lo", 80, socket.AF_INET6, socket.SOCK_DGRAM)
attempt(socket.getaddrinfo, "ff02::8D%1", 80, socket.AF_INET6, socket.SOCK_DGRAM)
attempt(socket.getaddrinfo, "127.0.0.1", "\ud800")
attempt(socket.if_nametoindex, 0)
attempt(socket.if_indextoname, 0)
attempt(socket.inet_aton, "127.0.0.1")
attempt(socket.htons, 1)
attempt(socket.inet_pton, socket.AF_INET6, "::1")
attempt(socket.getservbyname, "no-such-service")
attempt(socket.getservbyport, 70000)
attempt(socket.CMSG_LEN, 5)
attempt(socket.CMSG_SPACE, 5)
with socket.socket() as s:
    s.bind(("localhost", 0))
    print(s.getsockname()[0])
