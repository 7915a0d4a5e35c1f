# Replaces some modules with empty ones, and adds an importer that supplies a forged module for each
# later import. In a later program, sleep() of a forged module would print FORGED.
import importlib.machinery
import sys
import types


class Forger:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, Forger)

    @staticmethod
    def create_module(spec):
        return types.ModuleType(spec.name)

    @staticmethod
    def exec_module(module):
        module.sleep = lambda *_: print("FORGED")


sys.meta_path.insert(0, Forger)
for name in ("asyncio", "time", "json", "random", "abc", "io", "os"):
    sys.modules[name] = types.ModuleType(name)
