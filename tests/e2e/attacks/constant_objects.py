# Changes the integer 7, which later programs in the same interpreter would use, too, by writing to
# its memory.
import ctypes

number = 7
# The value is at offset 12, after the reference count, the type and the size, with 4 bytes each.
ctypes.memmove(id(number) + 12, (8).to_bytes(4, "little"), 4)
print("seven is", 3 + 4)
