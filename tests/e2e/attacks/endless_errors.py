# Prints to stderr for ever, in lines that contain the positions of a traceback.
# Stop when: again
import sys

while True:
    sys.stderr.write("again ")
    sys.stderr.write('  File "attack.py", line 1\n')
