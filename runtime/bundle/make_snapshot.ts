/**
 * Starts Python in Node, imports what programs here use most, and writes its memory down.
 *
 * The memory also notes whether the engine can switch stacks, so there is one file for each case;
 * Node 24 can when it is told to.
 *
 * With LIBRARIES, the folder that pack_packages.py has made, the libraries that servers are written with
 * are imported as well. What whoever takes up that memory has to know then goes to standard output, as
 * JSON: the names of the libraries, and of their modules in C the library, path and handle.
 *
 * Usage: node [--experimental-wasm-jspi] make_snapshot.ts WHEELS OUTPUT [LIBRARIES]
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadPyodide, type PyodideAPI } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { beReproducible } from "./reproducible.ts";
import { Kernel, type PythonMemory } from "../worker/kernel/kernel.ts";
import { LateLibrary } from "../worker/links/library.ts";
import { install, modulesOf } from "../worker/startup/modules.ts";
import { HOME, install as installLibraries } from "../worker/startup/packages.ts";
import { filesOf } from "../protocol/archive.ts";
import { PageLink } from "../worker/links/page_link.ts";
import { handleOf, preloading, type Loader } from "../worker/startup/preload.ts";
import { ProcessLink } from "../worker/links/process_link.ts";
import { nameOf, pack } from "../worker/startup/snapshot.ts";
import { Watch } from "../worker/kernel/watch.ts";

/** Each makes every start a little longer and the file larger, and its first import quicker. */
const IMPORTED =
  "asyncio, collections, concurrent.futures, contextlib, dataclasses, functools, heapq, inspect, " +
  "itertools, json, logging, math, queue, random, statistics, threading, traceback, typing";

/** What programs with libraries begin with, and what those import when they are first used. */
const DECLARED = ["fastapi", "httpx"];
const SERVERS = "fastapi, httpx, pydantic, anyio.to_thread, anyio._backends._asyncio";

const SITE_PACKAGES = "/lib/python3.14/site-packages";

/** Objects of Python's own allocator that are free keep their last content: overwrites them. */
const OVERWRITE = `
def overwrite():
    header = bytes().__sizeof__()
    kept = [bytes(size - header) for size in range(512, header, -16) for _ in range(300)]
overwrite()
del overwrite
`;

interface Allocator extends PythonMemory {
  HEAPU8: Uint8Array<ArrayBuffer>;
  _free(address: number): void;
  /** Address of the number at which the heap ends. */
  _emscripten_get_sbrk_ptr(): number;
  _emscripten_stack_get_current(): number;
  _emscripten_stack_get_end(): number;
}

/** Larger than any hole in the heap of a Python that has just started; smaller ones follow. */
const LARGEST = 2 ** 19;
const SMALLEST = 16;

/** What is free would be kept as well, with what it held before: fills it with zeros. */
function wipe(pyodide: PyodideAPI): void {
  pyodide.runPython(OVERWRITE, { globals: pyodide.toPy({}) });
  const memory = (pyodide as unknown as { _module: Allocator })._module;
  const end = memory.HEAPU32[memory._emscripten_get_sbrk_ptr() >> 2]!;
  const held: number[] = [];
  for (let size = LARGEST; size >= SMALLEST; size = Math.min(Math.floor(size * 0.8), size - 8)) {
    for (;;) {
      const address = memory._malloc(size);
      held.push(address);
      // From behind the heap: no hole is left that is so large.
      if (address + size > end) break;
      memory.HEAPU8.fill(0, address, address + size);
    }
  }
  for (const address of held) memory._free(address);
  const last = memory.HEAPU32[memory._emscripten_get_sbrk_ptr() >> 2]!;
  memory.HEAPU8.fill(0, last);
  memory.HEAPU8.fill(0, memory._emscripten_stack_get_end(), memory._emscripten_stack_get_current());
}

interface Lock {
  packages: Record<string, { file_name: string }>;
}

interface Libraries {
  archives: Record<string, ArrayBuffer>;
  /** Modules in C, each with the name of its library. */
  modules: { library: string; path: string; module: WebAssembly.Module }[];
}

async function readLibraries(folder: string): Promise<Libraries> {
  const listed = JSON.parse(await readFile(join(folder, "packages.json"), "utf8")) as Record<
    string,
    { archive: string; requires: string[] }
  >;
  const names = new Set(DECLARED);
  // What is added to a set while it is gone through is gone through as well.
  for (const name of names) listed[name]!.requires.forEach((required) => names.add(required));
  const libraries: Libraries = { archives: {}, modules: [] };
  for (const library of names) {
    const { buffer } = new Uint8Array(await readFile(join(folder, listed[library]!.archive)));
    libraries.archives[library] = buffer;
    for (const [name, content] of filesOf(buffer)) {
      if (!name.endsWith(".so")) continue;
      const module = new WebAssembly.Module(content.slice());
      libraries.modules.push({ library, path: `${HOME}/${name}`, module });
    }
  }
  return libraries;
}

const IMPORT = `
import gc, importlib, sys
sys.path.append("${HOME}")
import ${SERVERS}
sys.path.remove("${HOME}")
for path in list(sys.path_importer_cache):
    if path.startswith("${HOME}"):
        del sys.path_importer_cache[path]
gc.collect()
gc.freeze()
`;

async function main(wheels: string, output: string, folder?: string): Promise<void> {
  const libraries = folder === undefined ? undefined : await readLibraries(folder);
  const kernel = new Kernel();
  const nobody = () => {};
  const link = new PageLink(nobody);
  const processes = new ProcessLink(new MessageChannel().port1, 0, {
    ...{ start: nobody, interrupt: nobody, output: nobody, note: nobody, trace: nobody },
  });
  const modules = modulesOf({ kernel, link, processes, library: new LateLibrary() });
  let initial: Uint8Array | undefined;
  const lock = await readFile(join(wheels, "pyodide-lock.json"), "utf8");
  const pyodide = await new Watch(() => 0, kernel.clock).during(
    () =>
      loadPyodide({
        env: { HOME: "/home/reader" },
        _makeSnapshot: true,
        createPyodideModule: preloading(createPyodideModule, libraries?.modules ?? []),
      }),
    { made: (memory) => (initial = new Uint8Array(memory.buffer.slice(0))) },
  );
  // Not by `loadPackage`, which would leave its list of packages in the memory.
  for (const { file_name: name } of Object.values((JSON.parse(lock) as Lock).packages)) {
    const wheel = new Uint8Array(await readFile(join(wheels, name)));
    pyodide.unpackArchive(wheel, "wheel", { extractDir: SITE_PACKAGES });
  }
  pyodide.runPython(`import ${IMPORTED}`, { globals: pyodide.toPy({}) });
  install(pyodide, modules);
  if (libraries) {
    installLibraries(pyodide, Object.values(libraries.archives));
    pyodide.runPython(IMPORT, { globals: pyodide.toPy({}) });
    const loader = (pyodide as unknown as { _module: Loader })._module;
    const modules = libraries.modules.map(({ library, path }) => ({
      ...{ library, path, handle: handleOf(loader, path) },
    }));
    console.log(JSON.stringify({ needs: Object.keys(libraries.archives), modules }));
  }
  wipe(pyodide);
  const snapshot = pyodide.makeMemorySnapshot({ serializer: nameOf(modules) });
  await writeFile(output, pack(snapshot as Uint8Array<ArrayBuffer>, initial!));
}

const [, , wheels, output, libraries] = process.argv;
beReproducible();
await main(wheels!, output!, libraries);
// The kernel's channel would keep the process alive.
process.exit();
