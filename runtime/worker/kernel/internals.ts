/**
 * The private names of Pyodide, Emscripten and CPython that the worker uses, and a check that they exist.
 *
 * None of these names is a public API, so an update of Pyodide can rename or remove them. The worker
 * checks them when it starts, because a missing name could otherwise weaken the isolation of programs
 * or stop threads from switching without any error. After an update, compare the sources that are
 * linked here with the new version, then change `VERIFIED_PYODIDE`.
 */
import type { PyodideAPI } from "pyodide";

/** The version of Pyodide for which the names and their meaning have been verified. */
export const VERIFIED_PYODIDE = "314.0.7";
/** The version of CPython in that Pyodide, as in the first two bytes of `PY_VERSION_HEX`. */
const VERIFIED_CPYTHON = 0x030e;

/**
 * Functions that Pyodide's WebAssembly module imports from `env`:
 * https://github.com/pyodide/pyodide/tree/main/src/core
 */
export const IMPORTS = {
  /** Functions whose first argument is the JavaScript object that Python uses. */
  onObject: [
    "JsProxy_GetAttr_js",
    "JsProxy_SetAttr_js",
    "JsProxy_DelAttr_js",
    "JsProxy_subscript_js",
    "JsProxy_Dir_js",
  ],
  /** Calls a JavaScript function; takes `(function, this, arguments)`. */
  call: "JsvFunction_CallBound",
  /** Creates an object with `new`; takes `(constructor, arguments)`. */
  construct: "JsvFunction_Construct",
  /** Two functions of WASI. The first reads a clock, and the second reads its resolution. */
  readClock: "clock_time_get",
  resolveClock: "clock_res_get",
  /**
   * Returns the number of a pending signal, or 0:
   * https://github.com/python/cpython/blob/3.14/Python/emscripten_signal.c
   */
  checkSignals: "_Py_CheckEmscriptenSignals_Helper",
  /**
   * Suspends Python until a promise settles; takes `(suspender, promise)`:
   * https://github.com/pyodide/pyodide/blob/main/src/core/stack_switching/suspenders.mjs
   */
  suspend: "syncifyHandler",
  /** Returns the value with which an import reports that it has failed. */
  error: "Jsv_GetError_import",
} as const;

/**
 * The bytecode checks now and then whether something has interrupted it. At one in this many of these
 * checks, CPython asks for signals: `PY_EMSCRIPTEN_SIGNAL_INTERVAL`.
 */
export const SIGNAL_INTERVAL = 50;

/**
 * Indices of 64-bit words in `_Py_DebugOffsets`, the table with which `_PyRuntime` begins:
 * https://github.com/python/cpython/blob/3.14/Include/internal/pycore_debug_offsets.h
 */
export const FRAME_LAYOUT = {
  /** The version of CPython. */
  version: 1,
  /** Where a thread state has the address of the thread's current frame. */
  currentFrame: 26,
  /** The size of a frame. */
  frameSize: 31,
  /** Where a frame has the addresses of its caller's frame and of its bytecode, and its owner. */
  previous: 32,
  instruction: 34,
  owner: 36,
};

/** The `owner` of a frame that is on the C stack. */
export const FRAME_OWNED_BY_INTERPRETER = 3;

/** The parts of Pyodide's Emscripten module that the worker uses: Python's memory and functions. */
export interface PythonMemory {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  /** Address of the flag that makes CPython check for signals. */
  _Py_EMSCRIPTEN_SIGNAL_HANDLING: number;
  /** Address of the counter that CPython decreases until it checks for signals. */
  __Py_emscripten_signal_clock: number;
  /** Address of CPython's `_PyRuntime`. */
  __PyRuntime: number;
  _PyThreadState_Get(): number;
  _malloc(size: number): number;
  /**
   * Sets the time zone of the C library; takes the addresses of the two variables below, and the
   * addresses of two buffers for the names of the zone.
   */
  __tzset_js(timezone: number, daylight: number, name: number, otherName: number): void;
  ___timezone: number;
  _daylight: number;
  /** Address of an array with the addresses of the two buffers for the names of the zone. */
  _tzname: number;
}

/** The same names again, because types do not exist at run time. */
const MODULE_NAMES: readonly (keyof PythonMemory)[] = [
  "HEAPU8",
  "HEAPU32",
  "_Py_EMSCRIPTEN_SIGNAL_HANDLING",
  "__Py_emscripten_signal_clock",
  "__PyRuntime",
  "_PyThreadState_Get",
  "_malloc",
  "__tzset_js",
  "___timezone",
  "_daylight",
  "_tzname",
];

function fail(problem: string): never {
  throw new Error(
    `${problem} The runtime was verified with Pyodide ${VERIFIED_PYODIDE}; ` +
      "see runtime/worker/kernel/internals.ts.",
  );
}

const list = (names: string[]): string => names.join(", ");

/** Throws an error that lists the imports that Pyodide's WebAssembly module does not have. */
export function checkImports(env: Record<string, unknown>): void {
  const missing = Object.values(IMPORTS)
    .flat()
    .filter((name) => !env[name]);
  if (missing.length > 0) fail(`Pyodide's WebAssembly does not import ${list(missing)}.`);
}

/**
 * Returns Pyodide's Emscripten module. Throws an error if names are missing, or if CPython
 * has a version that was not verified.
 */
export function memoryOf(pyodide: PyodideAPI): PythonMemory {
  const memory = (pyodide as unknown as { _module?: Partial<PythonMemory> })._module ?? {};
  const missing = MODULE_NAMES.filter((name) => memory[name] === undefined);
  if (missing.length > 0) fail(`Pyodide ${pyodide.version} does not have ${list(missing)}.`);
  checkPython(memory as PythonMemory);
  return memory as PythonMemory;
}

/** Throws an error if CPython has a version for which the layout of its frames was not verified. */
function checkPython({ HEAPU32, __PyRuntime }: PythonMemory): void {
  const version = HEAPU32[(__PyRuntime + 8 * FRAME_LAYOUT.version) >> 2]! >>> 16;
  if (version === VERIFIED_CPYTHON) return;
  fail(`The layout of frames in CPython ${version >> 8}.${version & 0xff} is not known.`);
}
