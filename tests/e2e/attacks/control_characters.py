# Prints control characters that a terminal would obey, characters that reverse or hide text,
# characters that take much space, and bytes that are not valid UTF-8.
import sys

for text in (
    "\x1b[2J\x1b[H\x1b]0;FORGED\x07\x1b[8mhidden\x1b[0m",
    "\u202egnp.exe\u202c \u2066isolated\u2069",
    "".join(map(chr, range(32))),
    "\x7f\x9b\u200b\ufeff\ufffe\uffff",
    "a" + "\u0301" * 5000,
    "\N{FULL BLOCK}" * 5000,
):
    print(text)
sys.stdout.buffer.write(b"\xff\xfe\xf0\x9f" * 100)
sys.stdout.flush()
