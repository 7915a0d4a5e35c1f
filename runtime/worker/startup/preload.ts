/**
 * Loads extension modules before Python starts.
 *
 * A snapshot refers to the code and data of the extension modules that were imported in it, by their
 * places in WebAssembly's table and memory. Loading the same modules first, in the same order, puts
 * them at the same places, both when the snapshot is made and when Python starts from it. Cloudflare
 * does the same: https://github.com/cloudflare/workerd/pull/1859
 */
import type createPyodideModule from "pyodide/pyodide.asm.mjs";

export interface Preloaded {
  /** The path from which Python imports the module. */
  path: string;
  module: WebAssembly.Module;
  /** The result of `dlopen` in the snapshot; there is none while the snapshot is being made. */
  handle?: number;
}

interface Library {
  name: string;
  refcount: number;
  global: boolean;
  exports: unknown;
}

/** The dynamic loader, which is a part of Pyodide's Emscripten module. */
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

/** Wraps Pyodide's `createPyodideModule` so that it loads the modules before Python starts. */
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

/** Returns the handle of an extension module that Python has imported. */
export function handleOf({ LDSO }: Loader, path: string): number {
  const found = Object.entries(LDSO.loadedLibsByHandle).find(([, { name }]) => name === path);
  if (!found) throw new Error(`Python has not imported ${path}.`);
  return Number(found[0]);
}
