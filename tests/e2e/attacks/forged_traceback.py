# Prints lines that look like those of a traceback, whose files and lines the page turns into links.
import sys

for place in ("javascript:alert(1)", "../../etc/passwd", "<b>", "x" * 10_000, "attack.py"):
    for line in ("0", "-1", "1e9", "9" * 400, "2"):
        print(f'  File "{place}", line {line}, in <module>', file=sys.stderr)
        print("    <script>alert(1)</script>", file=sys.stderr)
print(f"{'a' * 50_000}:1: SyntaxWarning: x", file=sys.stderr)
