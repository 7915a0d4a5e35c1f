# Replaces every builtin function by one that prints FORGED, and some classes by None.
import builtins

real_print = print
for name in dir(builtins):
    if not name.startswith("__") and not isinstance(getattr(builtins, name), type):
        setattr(builtins, name, lambda *_, **__: real_print("FORGED"))
builtins.__import__ = None
builtins.__build_class__ = None
builtins.Exception = builtins.dict = builtins.isinstance = builtins.type = None
