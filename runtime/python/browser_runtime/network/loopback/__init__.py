"""The network itself, without file descriptors, threads and CPython's interfaces.

In names such as `bind_local`, "local" refers to Unix sockets, because AF_LOCAL is another name of
AF_UNIX. Only in the functions of `addresses` does it refer to hosts that stand for this machine.
"""
