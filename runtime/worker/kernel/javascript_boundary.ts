/**
 * Controls the boundary between Python in WebAssembly and the worker's JavaScript.
 *
 * Everything that Python does to a JavaScript object passes through a few functions that Pyodide's
 * WebAssembly imports, no matter where Python got the object: from `import js`, from the globals of a
 * frame, or from `gc`. These functions are wrapped to detect programs that use JavaScript objects,
 * because what a program does with them (timers, changed prototypes, promises that never settle) cannot
 * be undone, unlike changes to the attributes of Python modules. Further imports are replaced, so that
 * the kernel can provide signals and clocks. Ordinary programs do not use JavaScript objects, so a worker
 * whose program has used one is replaced after the run.
 */
import type { Clock, ReadClock, ResolveClock } from "./clock.ts";
import { checkImports, IMPORTS } from "./internals.ts";
import { catching } from "./suspending.ts";

export interface PythonModule {
  /** Python's WebAssembly module, if it has already been compiled. */
  compiled?: WebAssembly.Module;
  /** Called with Python's memory before any of its code has run. */
  onMemory?(memory: WebAssembly.Memory): void;
}

type Import = (...args: unknown[]) => unknown;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

export class JavaScriptBoundary {
  /** Whether the program has used a JavaScript object that does not belong to the runtime. */
  hasBeenCrossed = false;
  /** Objects of the runtime, which Python may use. */
  readonly #trusted = new WeakSet<object>();
  readonly #dueSignal: () => number;
  readonly #clock: Clock;
  #isArmed = false;
  #memory: WebAssembly.Memory | undefined;

  /**
   * @param dueSignal - returns the pending signal; replaces Pyodide's interrupt buffer.
   * @param clock - the clock that Python reads instead of the browser's clock.
   */
  constructor(dueSignal: () => number, clock: Clock) {
    this.#dueSignal = dueSignal;
    this.#clock = clock;
  }

  /** Allows Python to use an object, and all objects that its methods return. */
  trust(object: object): void {
    this.#trusted.add(object);
  }

  /** The size of Python's memory in bytes. */
  memorySize(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** From now on, the use of JavaScript objects is detected. */
  arm(): void {
    this.#isArmed = true;
  }

  /** Calls `start`, and wraps the imports of the WebAssembly module of Python that it instantiates. */
  async instrument<T>(start: () => Promise<T>, python: PythonModule = {}): Promise<T> {
    const { instantiate, instantiateStreaming } = WebAssembly;
    const instrumented =
      (make: Import) => async (source: unknown, imports?: WebAssembly.Imports) => {
        const env = imports?.["env"] as Record<string, Import> | undefined;
        // Only Python's own module imports these functions, not the modules of libraries.
        if (!env || !(IMPORTS.call in env)) return make(source, imports);
        this.#wrap(env);
        const { compiled } = python;
        const made = (await (compiled
          ? instantiate(compiled, imports).then((instance) => ({ module: compiled, instance }))
          : make(source, imports))) as WebAssembly.WebAssemblyInstantiatedSource;
        this.#memory = made.instance.exports["memory"] as WebAssembly.Memory;
        python.onMemory?.(this.#memory);
        return made;
      };
    Object.assign(WebAssembly, {
      instantiate: instrumented(instantiate as Import),
      instantiateStreaming: instrumented(instantiateStreaming as Import),
    });
    try {
      return await start();
    } finally {
      Object.assign(WebAssembly, { instantiate, instantiateStreaming });
    }
  }

  #wrap(env: Record<string, Import>): void {
    checkImports(env);
    const replace = (name: string, wrap: (original: Import) => Import) => {
      env[name] = wrap(env[name]!);
    };
    const memory = () => this.#memory;
    replace(IMPORTS.checkSignals, () => this.#dueSignal);
    replace(IMPORTS.readClock, (original) => {
      return this.#clock.reader(original as ReadClock, memory) as Import;
    });
    replace(IMPORTS.resolveClock, (original) => {
      return this.#clock.resolution(original as ResolveClock, memory) as Import;
    });
    replace(IMPORTS.suspend, (original) => catching(original, env[IMPORTS.error]!));
    for (const name of IMPORTS.onObject) {
      replace(name, (original) => (object, ...rest) => {
        this.#noteUse(object);
        return original(object, ...rest);
      });
    }
    replace(IMPORTS.call, (original) => (call, owner, args) => {
      const isTrusted = this.#noteUse(owner);
      const result = original(call, owner, args);
      if (isTrusted && isObject(result)) this.#trusted.add(result);
      return result;
    });
    replace(IMPORTS.construct, (original) => (constructor, args) => {
      this.#noteUse(constructor);
      return original(constructor, args);
    });
  }

  /**
   * Returns whether the object is trusted, and notes the use of any other. Before `arm`, returns false.
   */
  #noteUse(object: unknown): boolean {
    if (!this.#isArmed) return false;
    const isTrusted = isObject(object) && this.#trusted.has(object);
    if (!isTrusted) this.hasBeenCrossed = true;
    return isTrusted;
  }
}
