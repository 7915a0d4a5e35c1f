# /// script
# [tool.runnable]
# varies = ['at \S+']
# ///
"""Warms a pot.

It is "hot" & <ready> then.
"""

import sys

# region warm
print("</script> & 'hot'")
# endregion
print("careful", file=sys.stderr)
raise SystemExit(2)
