"""Warnings about sockets that are collected before they are closed."""

import gc
import socket
import warnings

gc.collect()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    s = socket.socket()
    del s
    gc.collect()
    a, b = socket.socketpair()
    a.close()
    b.close()
    del a, b
    gc.collect()
print([(w.category.__name__, str(w.message).partition(" fd=")[0]) for w in caught])
