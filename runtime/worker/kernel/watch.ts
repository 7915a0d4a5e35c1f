/**
 * Notices when a program reaches past Python, to the worker's JavaScript.
 *
 * What it may do there (timers, changed prototypes, promises that go on for ever) cannot be undone as
 * a module's attributes can. Ordinary programs never go there, so that one which did costs its worker.
 * Everything Python does to a JavaScript object passes the few functions below on its way out of
 * WebAssembly, whichever way the object was come by: `import js`, a frame's globals, `gc`.
 */

import type { Clock, ReadClock, ResolveClock } from "./clock.ts";
import { catching } from "./suspending.ts";

/** The imports of Pyodide's WebAssembly that take a JavaScript object as their first argument. */
const ON_OBJECT = [
  "JsProxy_GetAttr_js",
  "JsProxy_SetAttr_js",
  "JsProxy_DelAttr_js",
  "JsProxy_subscript_js",
  "JsProxy_Dir_js",
];
/** `(function, this, arguments)`. */
const CALL = "JsvFunction_CallBound";
/** `(function, arguments)`. */
const CONSTRUCT = "JsvFunction_Construct";

/** Read and describe a clock. */
const READ_CLOCK = "clock_time_get";
const RESOLVE_CLOCK = "clock_res_get";

/** Asks the page's side for a signal; takes nothing, returns its number or 0. */
const SIGNALS = "_Py_CheckEmscriptenSignals_Helper";

/** Suspends Python; `(suspender, promise)`. */
const SUSPEND = "syncifyHandler";
/** Returns what an import does that failed. */
const ERROR = "Jsv_GetError_import";

export interface Python {
  module?: WebAssembly.Module;
  made?(memory: WebAssembly.Memory): void;
}

type Import = (...args: unknown[]) => unknown;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

export class Watch {
  /** The program has used a JavaScript object that is not the runtime's own. */
  touched = false;
  readonly #ours = new WeakSet<object>();
  readonly #dueSignal: () => number;
  readonly #clock: Clock;
  #armed = false;
  #memory: WebAssembly.Memory | undefined;

  /**
   * @param dueSignal - what Python is to ask for signals, in place of Pyodide's interrupt buffer.
   * @param clock - what it is to read in place of the browser's clocks.
   */
  constructor(dueSignal: () => number, clock: Clock) {
    this.#clock = clock;
    this.#dueSignal = dueSignal;
  }

  /** Using this object is the runtime's business, and so is using what its methods return. */
  trust(object: object): void {
    this.#ours.add(object);
  }

  /** How large the WebAssembly memory is by now, in bytes. */
  memory(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** From now on what Python does counts. */
  arm(): void {
    this.#armed = true;
  }

  /**
   * Calls `start` while each WebAssembly module that is made gets watched imports.
   *
   * @param python - of the module that is Python: how it was compiled, if it was before, and who
   * wants to see its memory before anything runs.
   */
  async during<T>(start: () => Promise<T>, python: Python = {}): Promise<T> {
    const { instantiate, instantiateStreaming } = WebAssembly;
    const watched = (make: Import) => async (source: unknown, imports?: WebAssembly.Imports) => {
      const env = imports?.["env"] as Record<string, Import> | undefined;
      if (!env || !(CALL in env)) return make(source, imports);
      this.#wrap(env);
      const { module } = python;
      const made = (await (module
        ? instantiate(module, imports).then((instance) => ({ module, instance }))
        : make(source, imports))) as WebAssembly.WebAssemblyInstantiatedSource;
      this.#memory = made.instance.exports["memory"] as WebAssembly.Memory;
      python.made?.(this.#memory);
      return made;
    };
    Object.assign(WebAssembly, {
      instantiate: watched(instantiate as Import),
      instantiateStreaming: watched(instantiateStreaming as Import),
    });
    try {
      return await start();
    } finally {
      Object.assign(WebAssembly, { instantiate, instantiateStreaming });
    }
  }

  #wrap(env: Record<string, Import>): void {
    const replace = (name: string, wrap: (original: Import) => Import) => {
      const original = env[name];
      // An update of Pyodide may rename them; then isolation would be weaker without anyone noticing.
      if (!original) throw new Error(`Pyodide has no ${name} any more.`);
      env[name] = wrap(original);
    };
    for (const name of ON_OBJECT) {
      replace(name, (original) => (object, ...rest) => {
        this.#see(object);
        return original(object, ...rest);
      });
    }
    replace(SIGNALS, () => this.#dueSignal);
    const memory = () => this.#memory;
    replace(READ_CLOCK, (original) => this.#clock.reader(original as ReadClock, memory) as Import);
    replace(
      RESOLVE_CLOCK,
      (original) => this.#clock.resolution(original as ResolveClock, memory) as Import,
    );
    replace(SUSPEND, (original) => catching(original, env[ERROR]!));
    replace(CALL, (original) => (call, owner, args) => {
      const ours = this.#see(owner);
      const result = original(call, owner, args);
      if (ours && isObject(result)) this.#ours.add(result);
      return result;
    });
    replace(CONSTRUCT, (original) => (constructor, args) => {
      this.#see(constructor);
      return original(constructor, args);
    });
  }

  #see(object: unknown): boolean {
    if (!this.#armed) return false;
    const ours = isObject(object) && this.#ours.has(object);
    if (!ours) this.touched = true;
    return ours;
  }
}
