/**
 * Starts Python, in one of two ways: from the memory of one that was started when the site was built
 * (quick), or from nothing.
 *
 * That memory is kept as the difference to what WebAssembly has in it before anything runs, which is
 * smaller; see ./snapshot.ts.
 */
import { loadPyodide, type PyodideAPI, type PyodideConfig } from "pyodide";
import type { PyProxy } from "pyodide/ffi";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import type { WorkerAssets } from "../../protocol/page_worker.ts";
import { stackSwitching } from "../../protocol/stack_switching.ts";
import { limitDisk } from "./disk.ts";
import type { PythonMemory } from "../kernel/kernel.ts";
import { install, modulesOf, type Parts } from "./modules.ts";
import { preloading } from "./preload.ts";
import { findIn, Snapshot } from "./snapshot.ts";

/** Nothing is fetched: Pyodide's requests for its own files are answered from memory. */
const MEMORY = "https://memory.invalid/";

type RunArguments = readonly [source: string, filename: string, files: unknown, options: PyProxy];

/** What `browser_runtime.program.run` looks like from here. */
interface RunProgram {
  (...program: RunArguments): number;
  callPromising(...program: RunArguments): Promise<number>;
}

/** What of `browser_runtime` is called from here; taken once, before any program could replace it. */
export interface ProgramModule {
  /** Makes the options for `run` from a dictionary with the properties of a `RunOptions`. */
  read_options(options: PyProxy): PyProxy;
  run: RunProgram;
  /** Runs what another process has started: see `Start`. */
  run_child: { callPromising(...start: unknown[]): Promise<number> };
  /** Hands over a line of input; its end when there is none. */
  answer(text?: string): void;
  /** Lets the program stand still, and tells how everything stands; see stepping.py. */
  pause(): void;
  step(): void;
  resume(): void;
  clean_up: { (): boolean; callPromising(): Promise<boolean> };
  /** False when the program has changed what `clean_up` stands on or cannot undo. */
  intact(): boolean;
}

export interface Python {
  pyodide: PyodideAPI;
  program: ProgramModule;
}

const LIBRARY = "python_stdlib.zip";

function answerFetchFrom({ stdlib, stdlibSize, wheels }: WorkerAssets): void {
  const files = new Map<string, [ArrayBuffer | Uint8Array<ArrayBuffer>, string]>([
    // Compiled already; Pyodide asks for it all the same.
    ["pyodide.asm.wasm", [new ArrayBuffer(0), "application/wasm"]],
    // Of the right size from the start, so that its arrival changes no file.
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

/** Of Pyodide's Emscripten module; all but the function are addresses. */
interface TimeZone {
  __tzset_js(timezone: number, daylight: number, name: number, otherName: number): void;
  ___timezone: number;
  _daylight: number;
  /** Of the addresses of two names. */
  _tzname: number;
}

/** The C library asks for it once, which was when and where the snapshot was made. */
function setTimeZone(module: PythonMemory & TimeZone): void {
  const names = module.HEAPU32.subarray(module._tzname >> 2);
  module.__tzset_js(module.___timezone, module._daylight, names[0]!, names[1]!);
}

export async function boot(assets: WorkerAssets, parts: Parts): Promise<Python> {
  answerFetchFrom(assets);
  const { kernel, library, watch } = parts;
  const modules = modulesOf(parts);
  for (const module of Object.values(modules)) watch.trust(module);
  const config: PyodideConfig = {
    indexURL: MEMORY,
    packageBaseUrl: MEMORY,
    lockFileContents: assets.lockfile,
    createPyodideModule: preloading(createPyodideModule, assets.preloaded ?? []),
    env: { HOME: "/home/reader" },
    checkAPIVersion: true,
  };
  const snapshot = assets.snapshot && new Snapshot(assets.snapshot);
  const pyodide = await watch.during(
    () =>
      loadPyodide(
        snapshot
          ? { ...config, _loadSnapshot: snapshot.bytes, _snapshotDeserializer: findIn(modules) }
          : { ...config, packages: assets.packages },
      ),
    { module: assets.wasm, made: (memory) => snapshot?.complete(memory) },
  );
  limitDisk(pyodide);
  const module = (pyodide as unknown as { _module: PythonMemory & TimeZone })._module;
  kernel.connect(module);
  if (snapshot) setTimeZone(module);
  library.attach(pyodide, assets.stdlib);
  // Without stack switching an import cannot wait for it.
  if (!stackSwitching) await library.wait();
  if (!snapshot) install(pyodide, modules);
  const intact = pyodide.runPython("import browser_runtime; browser_runtime.begin()") as unknown;
  const { read_options, run, run_child, answer, pause, step, resume, clean_up } = pyodide.pyimport(
    "browser_runtime.program",
  ) as ProgramModule;
  const called = { read_options, run, run_child, answer, pause, step, resume, clean_up };
  return { pyodide, program: { ...called, intact: intact as () => boolean } };
}
