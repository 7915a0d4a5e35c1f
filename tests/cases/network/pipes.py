"""Pipes: blocking and non-blocking calls, full buffers, ends, and files on them."""

import os
import select
import stat
import threading

r, w = os.pipe()
print(os.write(w, b"hello"), os.read(r, 3), os.read(r, 100), os.get_blocking(r), os.isatty(r))
print(stat.S_ISFIFO(os.fstat(r).st_mode))
os.set_blocking(r, False)
os.set_blocking(w, False)
try:
    os.read(r, 1)
except OSError as error:
    print(repr(error))
total = 0
try:
    while True:
        total += os.write(w, bytes(4096))
except BlockingIOError as error:
    print(total, repr(error))
print(
    select.select([r], [w], [], 0) == ([r], [], []),
    len(os.read(r, 5000)),
    select.select([r], [w], [], 0) == ([r], [w], []),
)
os.close(w)
while os.read(r, 65536):
    pass
print(os.read(r, 10))
os.close(r)
for call in (
    lambda: os.read(r, 1),
    lambda: os.write(w, b"x"),
    lambda: os.close(r),
    lambda: os.fstat(r),
):
    try:
        call()
    except OSError as error:
        print(repr(error))
r, w = os.pipe()
os.close(r)
try:
    os.write(w, b"x")
except OSError as error:
    print(repr(error))
os.close(w)
r, w = os.pipe()
with os.fdopen(r, "rb") as source, os.fdopen(w, "w") as target:
    target.write("line one\nline two\n")
    target.flush()
    print(source.readline(), source.fileno() == r)
    target.close()
    print(source.read())
r, w = os.pipe()
big = bytes(range(256)) * 2000
thread = threading.Thread(target=lambda: (os.write(w, big), os.close(w)))
thread.start()
got = b""
while part := os.read(r, 7777):
    got += part
thread.join()
print(got == big)
os.close(r)
