"""What `select` does if a list changes while it asks for the descriptors, and what `poll` is."""

import os
import select

reader, writer = os.pipe()
waiting = []


class Shrinking:
    def fileno(self):
        del waiting[-1]
        return writer


waiting[:] = [Shrinking()] * 10
found = select.select([], waiting, [], 0)
print(found == ([], waiting[:5], []), len(waiting))
try:
    type(select.poll())()
except TypeError as error:
    print(error)
os.close(reader)
os.close(writer)
