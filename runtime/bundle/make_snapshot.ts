/**
 * Starts Python in Node, imports the modules that programs use most, and writes a snapshot of its memory.
 *
 * A snapshot depends on whether the JavaScript engine can switch stacks, so there is one for each case. Node 24 can
 * switch stacks if it is started with the flag --experimental-wasm-jspi.
 *
 * Prints facts about the snapshot as JSON: which modules of the standard library can be imported while the
 * archive of the standard library is missing, and which other modules of the same packages cannot.
 *
 * With LIBRARIES, the folder that pack_packages.py has made, the snapshot also contains the libraries with
 * which servers are written. The facts are then those that are needed to start from such a snapshot:
 * the names of the libraries, and the library, path and handle of each of their extension modules.
 *
 * Usage: node [--experimental-wasm-jspi] make_snapshot.ts WHEELS OUTPUT [LIBRARIES]
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadPyodide, type PyodideAPI } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { beReproducible } from "./reproducible.ts";
import { memoryOf, type PythonMemory } from "../worker/kernel/internals.ts";
import { JavaScriptBoundary } from "../worker/kernel/javascript_boundary.ts";
import { Kernel } from "../worker/kernel/kernel.ts";
import { LateLibrary } from "../worker/links/library.ts";
import { install, modulesOf } from "../worker/startup/modules.ts";
import { HOME, install as installLibraries } from "../worker/startup/packages.ts";
import { filesOf } from "../protocol/archive.ts";
import { PageLink } from "../worker/links/page_link.ts";
import { handleOf, preloading, type Loader } from "../worker/startup/preload.ts";
import { ProcessLink } from "../worker/links/process_link.ts";
import { RequestQueue } from "../worker/links/request_queue.ts";
import { nameOf, pack } from "../worker/startup/snapshot.ts";

/**
 * The modules that every snapshot contains. Each of them makes the file larger and every start slower,
 * but saves the time that programs would need to fetch the standard library and import the module.
 */
const IMPORTED =
  "asyncio, collections, concurrent.futures, contextlib, dataclasses, functools, heapq, " +
  "inspect, itertools, json, logging, math, queue, random, threading, traceback, typing";

/**
 * Removes modules that have been imported only to install packages, which programs cannot do (see boot.ts),
 * and `importlib.metadata`, which `importlib.invalidate_caches` imports.
 */
const FORGET = `
import gc, importlib, sys
from pyodide import _package_loader
names = "compression", "email", "importlib.metadata", "lzma", "bz2", "zipfile"
for module in list(sys.modules):
    if module.startswith(names):
        del sys.modules[module]
del importlib.metadata, _package_loader.ZipFile
gc.unfreeze()
gc.collect()
gc.freeze()
`;

/**
 * Makes the buffers of the standard streams small, so that `wipe` can clear the memory that they have used.
 * This memory still holds compressed data from before, which would make the snapshot larger.
 */
const SHRINK_BUFFERS = `
import sys
for stream in sys.__stdin__, sys.__stdout__, sys.__stderr__:
    stream.buffer.__init__(stream.buffer.raw, 1)
`;

/** Makes the buffers large again, in memory that contains zeros. */
const RENEW_BUFFERS = `
import sys
for stream in sys.__stdin__, sys.__stdout__, sys.__stderr__:
    stream.buffer.__init__(stream.buffer.raw)
`;

/**
 * Lists the modules of the standard library that can be imported without the archive of the standard
 * library. Also lists those that cannot, although the package that contains them can, such as
 * `logging.handlers` in `logging`.
 */
const LIST = `
import json, sys, zipimport
from browser_runtime.library import KEPT
(files,) = zipimport._zip_directory_cache.values()
module_of = lambda path: path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
library = {module_of(path) for path in files if path.endswith(".py")}
kept = {*map(module_of, KEPT)}
if not kept <= library:
    raise LookupError(f"The standard library does not contain {kept - library}.")
tops = sys.stdlib_module_names | {name.partition(".")[0] for name in library}
imported = {name for name in sys.modules if name.partition(".")[0] in tops}
here = {*sys.builtin_module_names, *imported, *kept}
absent = {name for name in library - here if name.rpartition(".")[0] in here}
json.dumps([" ".join(sorted(here)), " ".join(sorted(absent))])
`;

/**
 * The libraries that a program with a server declares, and the modules to import from them. The last two
 * modules are those that the libraries would otherwise import only when they are first used.
 */
const DECLARED = ["fastapi", "httpx"];
const SERVERS = "fastapi, httpx, pydantic, anyio.to_thread, anyio._backends._asyncio";

const SITE_PACKAGES = "/lib/python3.14/site-packages";

/**
 * Overwrites the free memory of Python's own allocator, which still has its last content. This allocator
 * serves objects of up to 512 bytes, in steps of 16 bytes. The loop makes so many objects of each size
 * that they take all free places.
 */
const OVERWRITE = `
def overwrite():
    header = bytes().__sizeof__()
    kept = [bytes(size - header) for size in range(512, header, -16) for _ in range(300)]
overwrite()
del overwrite
`;

/** Further parts of Pyodide's Emscripten module; without one of them, the build fails. */
interface Allocator extends PythonMemory {
  HEAPU8: Uint8Array<ArrayBuffer>;
  _free(address: number): void;
  /** Returns the address of the variable that holds the end of the heap. */
  _emscripten_get_sbrk_ptr(): number;
  _emscripten_stack_get_current(): number;
  _emscripten_stack_get_end(): number;
}

/**
 * The sizes, in bytes, of the largest and the smallest allocations with which `wipe` fills the holes in
 * the heap. After the start of Python, every hole is smaller than the largest allocation.
 */
const LARGEST = 2 ** 19;
const SMALLEST = 16;

/** Fills free memory with zeros, because its old content would make the snapshot larger. */
function wipe(pyodide: PyodideAPI): void {
  pyodide.runPython(OVERWRITE, { globals: pyodide.toPy({}) });
  const memory = memoryOf(pyodide) as Allocator;
  const end = memory.HEAPU32[memory._emscripten_get_sbrk_ptr() >> 2]!;
  const allocated: number[] = [];
  // Each size is about a fifth smaller than the one before, so that no large part of a hole is left.
  for (let size = LARGEST; size >= SMALLEST; size = Math.min(Math.floor(size * 0.8), size - 8)) {
    for (;;) {
      const address = memory._malloc(size);
      allocated.push(address);
      // This memory is from behind the old end of the heap, so no hole of this size is left.
      if (address + size > end) break;
      memory.HEAPU8.fill(0, address, address + size);
    }
  }
  for (const address of allocated) memory._free(address);
  const newEnd = memory.HEAPU32[memory._emscripten_get_sbrk_ptr() >> 2]!;
  memory.HEAPU8.fill(0, newEnd);
  memory.HEAPU8.fill(0, memory._emscripten_stack_get_end(), memory._emscripten_stack_get_current());
}

interface Lock {
  packages: Record<string, { file_name: string }>;
}

interface Libraries {
  archives: Record<string, ArrayBuffer>;
  /** The extension modules, with the name of their library. */
  modules: { library: string; path: string; module: WebAssembly.Module }[];
}

async function readLibraries(folder: string): Promise<Libraries> {
  const listed = JSON.parse(await readFile(join(folder, "packages.json"), "utf8")) as Record<
    string,
    { archive: string; requires: string[] }
  >;
  const names = new Set(DECLARED);
  // The loop also visits the names that are added to the set meanwhile.
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

/**
 * Imports the libraries, and removes what Python remembers about their folder: a snapshot contains no
 * files, so each worker creates the folder again, from the archives.
 */
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
  const ignore = () => {};
  const link = new PageLink(ignore);
  const { port1 } = new MessageChannel();
  const processes = new ProcessLink(port1, new RequestQueue(port1), 0, {
    ...{ start: ignore, interrupt: ignore, output: ignore, note: ignore, trace: ignore },
  });
  const library = new LateLibrary(ignore);
  const modules = modulesOf({ kernel, link, processes, library });
  // The memory as it is before Python starts. `pack` saves only what differs from it.
  let initial: Uint8Array | undefined;
  const lock = await readFile(join(wheels, "pyodide-lock.json"), "utf8");
  const pyodide = await new JavaScriptBoundary(() => 0, kernel.clock).instrument(
    () =>
      loadPyodide({
        env: { HOME: "/home/reader" },
        // The snapshot contains the table of contents of this archive; see pack.py.
        stdLibURL: join(wheels, "python_stdlib.zip"),
        _makeSnapshot: true,
        createPyodideModule: preloading(createPyodideModule, libraries?.modules ?? []),
      }),
    { onMemory: (memory) => (initial = new Uint8Array(memory.buffer.slice(0))) },
  );
  // `loadPackage` would leave its list of packages in the snapshot.
  for (const { file_name: name } of Object.values((JSON.parse(lock) as Lock).packages)) {
    const wheel = new Uint8Array(await readFile(join(wheels, name)));
    pyodide.unpackArchive(wheel, "wheel", { extractDir: SITE_PACKAGES });
  }
  const execute = (code: string) =>
    pyodide.runPython(code, { globals: pyodide.toPy({}) }) as unknown;
  execute(`import ${IMPORTED}`);
  install(pyodide, modules);
  execute(FORGET);
  if (libraries) {
    installLibraries(pyodide, Object.values(libraries.archives));
    execute(IMPORT);
    const loader = (pyodide as unknown as { _module: Loader })._module;
    const modules = libraries.modules.map(({ library, path }) => ({
      ...{ library, path, handle: handleOf(loader, path) },
    }));
    console.log(JSON.stringify({ needs: Object.keys(libraries.archives), modules }));
  } else {
    const [available, absent] = JSON.parse(execute(LIST) as string) as [string, string];
    console.log(JSON.stringify({ standardModules: { available, absent } }));
  }
  execute(SHRINK_BUFFERS);
  wipe(pyodide);
  execute(RENEW_BUFFERS);
  const snapshot = pyodide.makeMemorySnapshot({ serializer: nameOf(modules) });
  await writeFile(output, pack(snapshot as Uint8Array<ArrayBuffer>, initial!));
}

const [, , wheels, output, libraries] = process.argv;
beReproducible();
await main(wheels!, output!, libraries);
// The kernel's message channels would keep the process alive.
process.exit();
