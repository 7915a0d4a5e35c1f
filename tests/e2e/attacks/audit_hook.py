# Adds an audit hook, which Python has no function to remove. Once this program has ended, each
# import of a later program would print FORGED.
import sys

sys.addaudithook(lambda event, _: print("FORGED") if event == "import" and has_ended else None)
has_ended = True
