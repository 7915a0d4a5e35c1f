# Adds an audit hook, which Python has no function to remove.
import sys

sys.addaudithook(lambda event, _: print("FORGED") if event == "import" and over else None)
over = True
