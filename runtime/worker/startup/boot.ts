/**
 * Starts Python: from a snapshot of its memory that was made when the site was built, which is fast, or
 * from scratch. See ./snapshot.ts for the format of a snapshot.
 */
import { loadPyodide, type PyodideAPI, type PyodideConfig } from "pyodide";
import type { PyProxy } from "pyodide/ffi";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import type { WorkerAssets } from "../../protocol/page_worker.ts";
import { stackSwitching } from "../../protocol/stack_switching.ts";
import { memoryOf, type PythonMemory } from "../kernel/internals.ts";
import { limitDisk } from "./disk.ts";
import { install, modulesOf, type Parts } from "./modules.ts";
import { preloading } from "./preload.ts";
import { findIn, Snapshot } from "./snapshot.ts";

/** The address of Pyodide's files. Requests for them are answered from memory. */
const MEMORY_URL = "https://memory.invalid/";

type RunArguments = readonly [source: string, filename: string, files: unknown, options: PyProxy];

/** The function `browser_runtime.program.run`. */
interface RunProgram {
  (...program: RunArguments): number;
  callPromising(...program: RunArguments): Promise<number>;
}

/** The Python functions that the worker calls. It looks them up before a program could replace them. */
export interface ProgramModule {
  /** Makes the options for `run` from a dictionary with the properties of a `RunOptions`. */
  read_options(options: PyProxy): PyProxy;
  run: RunProgram;
  /** Runs a child process; see `Start`. */
  run_child: { callPromising(...start: unknown[]): Promise<number> };
  /** Passes a line of input to the program, or reports the end of its input. */
  answer(text?: string): void;
  /** Pauses the program, and reports its state; see browser_runtime/scheduling/stepping.py. */
  pause(): void;
  step(): void;
  resume(): void;
  clean_up: { (): boolean; callPromising(): Promise<boolean> };
  /** Returns false if the program has changed something that `clean_up` uses or cannot restore. */
  intact(): boolean;
}

export interface Python {
  pyodide: PyodideAPI;
  program: ProgramModule;
}

/** The name under which Pyodide requests the archive of Python's standard library. */
const LIBRARY = "python_stdlib.zip";

/** Replaces `fetch` so that Pyodide gets its files from the assets. */
function answerFetchFrom({ stdlib, stdlibSize, wheels }: WorkerAssets): void {
  const files = new Map<string, [ArrayBuffer | Uint8Array<ArrayBuffer>, string]>([
    // Pyodide requests this file, but does not use it, because Python has already been compiled.
    ["pyodide.asm.wasm", [new ArrayBuffer(0), "application/wasm"]],
    // The file has its final size from the start, so that `LateLibrary` only has to fill it.
    [LIBRARY, [stdlib ?? new ArrayBuffer(stdlibSize), "application/zip"]],
  ]);
  for (const [name, wheel] of Object.entries(wheels)) files.set(name, [wheel, "application/zip"]);
  self.fetch = (request) => {
    const url = request instanceof Request ? request.url : String(request);
    const [bytes, type] = files.get(url.slice(url.lastIndexOf("/") + 1)) ?? [];
    if (bytes === undefined)
      return Promise.reject(new TypeError(`There is no network access here: ${url}`));
    return Promise.resolve(new Response(bytes, { headers: { "content-type": type! } }));
  };
}

/** Sets the reader's time zone, because the C library has read it only when the snapshot was made. */
function setTimeZone(memory: PythonMemory): void {
  const names = memory.HEAPU32.subarray(memory._tzname >> 2);
  memory.__tzset_js(memory.___timezone, memory._daylight, names[0]!, names[1]!);
}

/**
 * Replaces Pyodide's functions for loading packages. Here they have nothing to load, and their messages
 * refer to micropip, which is not available.
 */
function refusePackages(pyodide: PyodideAPI): void {
  const refuse = (): never => {
    throw new Error(
      "Programs cannot load packages here. Declare the libraries that the program needs in its first " +
        'lines: # /// script, # dependencies = ["httpx"], # ///',
    );
  };
  for (const name of ["loadPackage", "loadPackagesFromImports"]) {
    Object.defineProperty(pyodide, name, { value: refuse });
  }
}

/** Starts Python from these files, and connects it to the other parts of the worker. */
export async function boot(assets: WorkerAssets, parts: Parts): Promise<Python> {
  answerFetchFrom(assets);
  const { kernel, library, boundary } = parts;
  const modules = modulesOf(parts);
  for (const module of Object.values(modules)) boundary.trust(module);
  const config: PyodideConfig = {
    indexURL: MEMORY_URL,
    packageBaseUrl: MEMORY_URL,
    lockFileContents: assets.lockfile,
    createPyodideModule: preloading(createPyodideModule, assets.preloaded ?? []),
    env: { HOME: "/home/reader" },
    checkAPIVersion: true,
  };
  const snapshot = assets.snapshot && new Snapshot(assets.snapshot);
  const pyodide = await boundary.instrument(
    () =>
      loadPyodide(
        snapshot
          ? { ...config, _loadSnapshot: snapshot.bytes, _snapshotDeserializer: findIn(modules) }
          : { ...config, packages: assets.packages },
      ),
    { compiled: assets.wasm, onMemory: (memory) => snapshot?.prepare(memory) },
  );
  limitDisk(pyodide);
  refusePackages(pyodide);
  const memory = memoryOf(pyodide);
  kernel.connect(memory);
  if (snapshot) setTimeZone(memory);
  library.attach(pyodide, assets.stdlib);
  // Without stack switching, an import cannot wait for the library.
  if (!stackSwitching) await library.wait();
  if (!snapshot) install(pyodide, modules);
  const intact = pyodide.runPython("import browser_runtime; browser_runtime.begin()") as unknown;
  const { read_options, run, run_child, answer, pause, step, resume, clean_up } = pyodide.pyimport(
    "browser_runtime.program",
  ) as ProgramModule;
  const called = { read_options, run, run_child, answer, pause, step, resume, clean_up };
  return { pyodide, program: { ...called, intact: intact as () => boolean } };
}
