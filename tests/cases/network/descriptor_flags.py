"""The flags of descriptors, which `fcntl` and functions of `os` read and set."""

import fcntl
import os
import socket

a, b = socket.socketpair()
number = a.fileno()
print("inherited:", a.get_inheritable(), fcntl.fcntl(a, fcntl.F_GETFD) == fcntl.FD_CLOEXEC)
a.set_inheritable(True)
print("inherited:", a.get_inheritable(), fcntl.fcntl(number, fcntl.F_GETFD))
fcntl.fcntl(number, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
print("inherited:", os.get_inheritable(number))
copy = fcntl.fcntl(number, fcntl.F_DUPFD, 0)
closed_on_exec = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, copy + 10)
print("copies:", [os.get_inheritable(each) for each in (copy, closed_on_exec)])
print("at least:", closed_on_exec - copy)
os.write(copy, b"1")
os.write(closed_on_exec, b"2")
print(b.recv(10))
os.close(copy)
os.close(closed_on_exec)
for seconds in (None, 0, 1):
    a.settimeout(seconds)
    print("blocks:", seconds, not fcntl.fcntl(a, fcntl.F_GETFL) & os.O_NONBLOCK)
fcntl.fcntl(a, fcntl.F_SETFL, 0)
print("blocks:", os.get_blocking(number))
reader, writer = os.pipe()
modes = [fcntl.fcntl(each, fcntl.F_GETFL) & os.O_ACCMODE for each in (reader, writer, number)]
print(modes == [os.O_RDONLY, os.O_WRONLY, os.O_RDWR])
target = os.dup2(reader, writer)
print("inherited:", os.get_inheritable(target), os.get_inheritable(reader))
os.close(target)
os.close(reader)
a.close()
b.close()
for wrong in ((number, fcntl.F_GETFD), (object(), fcntl.F_GETFD)):
    try:
        fcntl.fcntl(*wrong)
    except (OSError, TypeError) as error:
        print(type(error).__name__)
