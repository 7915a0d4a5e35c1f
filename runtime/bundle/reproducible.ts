/**
 * Takes away what differs from one run of Node to the next, so that one tree makes the same memory of
 * Python wherever and whenever it is built: a reader's browser, which keeps files by their content,
 * then need not fetch it anew. What must not be the same for all readers is set anew by
 * `browser_runtime.begin()`.
 */
import crypto from "node:crypto";
import process from "node:process";

/** To be called before anything else happens. */
export function beReproducible(): void {
  process.env.TZ = "UTC";
  // Emscripten makes LANG of it.
  Object.defineProperty(navigator, "language", { value: "en-US" });
  // And of this, path and all, the name of the program.
  process.argv.length = 1;
  replaceChance();
  replaceClocks();
  // Objects of Python whose last use was JavaScript's are freed when that collects its garbage.
  Object.assign(globalThis, { FinalizationRegistry: Keeping });
}

class Keeping {
  register(): void {}
  unregister(): boolean {
    return false;
  }
}

/** A linear congruential generator: nothing here asks for more. */
function replaceChance(): void {
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

/** Clocks that go on by a millisecond whenever they are read: Python must see them go on. */
function replaceClocks(): void {
  const System = Date;
  const start = System.UTC(2026, 0);
  let read = 0;
  performance.now = () => ++read;
  globalThis.Date = class extends System {
    constructor(...parts: []) {
      if (parts.length > 0) super(...parts);
      else super(Date.now());
    }
    static override now(): number {
      return start + ++read;
    }
  } as DateConstructor;
}
