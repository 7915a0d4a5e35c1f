# Replaces every function and class of the runtime's own Python modules.
import sys

for name, module in list(sys.modules.items()):
    if name.startswith("browser_runtime"):
        for key, value in list(vars(module).items()):
            if callable(value) and not key.startswith("__"):
                setattr(module, key, lambda *_, **__: "FORGED")
