"""The network itself, without file descriptors, threads and CPython's interfaces."""
