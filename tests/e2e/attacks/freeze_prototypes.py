# Deletes the methods of JavaScript objects that the runtime itself uses, and freezes these objects.
import js

for name in ("Object", "Array", "Promise", "Function", "Reflect", "Uint8Array", "Error"):
    thing = getattr(js, name)
    for target in (thing, getattr(thing, "prototype", None)):
        if target is not None:
            for key in list(js.Reflect.ownKeys(target)):
                if isinstance(key, str) and key not in ("prototype", "constructor"):
                    js.Reflect.deleteProperty(target, key)
            js.Object.freeze(target)
