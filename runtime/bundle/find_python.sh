# Prints the path of a Python that is new enough: the one that is given as an argument, python3, another
# one on the PATH, or one that uv manages. If there is none, prints one line of advice and fails.
set -u
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

if [ $# -gt 0 ]; then
  new_enough "$1" && { command -v "$1"; exit 0; }
  echo "PYTHON=$1 is not Python 3.12 or newer." >&2
  exit 1
fi
# Python 3.13 is the version that .python-version names.
for name in python3 python3.13 python3.14 python3.12 python3.15 python; do
  command -v "$name" >/dev/null 2>&1 && new_enough "$name" && { command -v "$name"; exit 0; }
done
if command -v uv >/dev/null 2>&1; then
  found=$(uv python find '>=3.12' 2>/dev/null) || {
    uv python install --quiet 3.13 >&2 && found=$(uv python find '>=3.12' 2>/dev/null)
  }
  [ -n "${found:-}" ] && new_enough "$found" && { echo "$found"; exit 0; }
fi
have=$(python3 --version 2>/dev/null || echo "no python3")
echo "Python 3.12 or newer is needed, and there is $have: install one, or name it: make PYTHON=/path/to/python" >&2
exit 1
