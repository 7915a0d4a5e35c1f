# Writes modules that print FORGED into every folder in which the next program looks for modules.
import site
import sys
from pathlib import Path

for folder in {"/home/reader", "/tmp", "/lib/python3.14/site-packages", *sys.path}:
    for name in ("sitecustomize", "usercustomize", "asyncio", "random", "poison"):
        try:
            Path(folder, f"{name}.py").write_text("print('FORGED')\n")
        except OSError as error:
            print("refused:", type(error).__name__)
print(site.ENABLE_USER_SITE)
