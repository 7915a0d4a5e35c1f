# Adds an audit hook, which Python offers no way to take out again.
import sys

sys.addaudithook(lambda event, _: print("FORGED") if event == "import" and over else None)
over = True
