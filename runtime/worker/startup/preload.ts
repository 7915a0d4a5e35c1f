/**
 * Loads modules in C before Python starts, both where its memory is written down and where it is
 * taken up: that is how the code of each comes to the same places in WebAssembly's memory and table,
 * to which the memory that is taken up refers.
 */
import type createPyodideModule from "pyodide/pyodide.asm.mjs";

export interface Preloaded {
  /** Where Python finds it. */
  path: string;
  module: WebAssembly.Module;
  /** What `dlopen` returned for it, once Python has imported it. */
  handle?: number;
}

interface Library {
  name: string;
  refcount: number;
  global: boolean;
  exports: unknown;
}

/** The part of Pyodide's Emscripten module that is needed here. */
export interface Loader {
  newDSO(path: string, handle: number | undefined, exports: unknown): Library;
  loadWebAssemblyModule(
    module: WebAssembly.Module,
    flags: { nodelete: boolean },
    path: string,
    scope: object,
  ): unknown;
  LDSO: { loadedLibsByHandle: Record<number, Library> };
}

type Create = typeof createPyodideModule;

/** Pyodide's `createPyodideModule`, but with these modules loaded. */
export function preloading(create: Create, modules: readonly Preloaded[]): Create {
  return (settings) => {
    const { preRun } = settings as unknown as { preRun: ((loader: Loader) => void)[] };
    preRun.push((loader) => {
      for (const { path, module, handle } of modules) {
        const library = loader.newDSO(path, handle, "loading");
        library.refcount = Infinity;
        library.global = false;
        library.exports = loader.loadWebAssemblyModule(module, { nodelete: true }, path, {});
      }
    });
    return create(settings);
  };
}

/** The handle of a module that Python has imported. */
export function handleOf({ LDSO }: Loader, path: string): number {
  const found = Object.entries(LDSO.loadedLibsByHandle).find(([, { name }]) => name === path);
  if (!found) throw new Error(`Python has not imported ${path}.`);
  return Number(found[0]);
}
