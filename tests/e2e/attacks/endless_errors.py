# Prints to stderr for ever, in lines that contain the positions of a traceback.
# The test presses Stop when this program prints: again
import sys

while True:
    sys.stderr.write("again ")
    sys.stderr.write('  File "attack.py", line 1\n')
