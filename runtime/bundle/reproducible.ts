/**
 * Removes differences between runs of Node, so that the same sources give the same snapshot wherever and
 * whenever it is made. The name of its file contains a hash of its content, so readers then do not have to
 * download an unchanged snapshot again. `browser_runtime.begin()` sets whatever must differ between readers.
 */
import crypto from "node:crypto";
import process from "node:process";

/** Makes this process reproducible. Must be called before Python is loaded. */
export function beReproducible(): void {
  process.env.TZ = "UTC";
  // Emscripten derives the environment variable LANG from this language.
  Object.defineProperty(navigator, "language", { value: "en-US" });
  // Emscripten uses the path of the script as the name of the program.
  process.argv.length = 1;
  replaceRandomNumbers();
  replaceClocks();
  // When JavaScript collects its garbage, Pyodide would release Python objects at unpredictable times.
  Object.assign(globalThis, { FinalizationRegistry: NoFinalization });
}

class NoFinalization {
  register(): void {}
  unregister(): boolean {
    return false;
  }
}

/** Replaces random numbers with those of a linear congruential generator, which are good enough here. */
function replaceRandomNumbers(): void {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
  const fill = <T extends ArrayBufferView>(view: T): T => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let index = 0; index < bytes.length; index++) bytes[index] = next() >>> 16;
    return view;
  };
  Object.assign(crypto, { randomFillSync: fill });
  Object.assign(globalThis.crypto, { getRandomValues: fill });
  Math.random = () => next() / 2 ** 32;
}

/** Replaces the clocks. The new ones advance by 1 ms per reading, because Python waits until they advance. */
function replaceClocks(): void {
  const System = Date;
  const start = System.UTC(2026, 0);
  let readings = 0;
  performance.now = () => ++readings;
  globalThis.Date = class extends System {
    constructor(...parts: []) {
      if (parts.length > 0) super(...parts);
      else super(Date.now());
    }
    static override now(): number {
      return start + ++readings;
    }
  } as DateConstructor;
}
