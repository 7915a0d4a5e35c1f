/**
 * Takes away from a worker's global object whatever programs have no use for.
 *
 * The sandbox's opaque origin and its policy already keep programs from storage and network; this is
 * for what those let pass (nested workers, channels) and for the day one of them fails. It is a list
 * of what stays, so that what browsers add in future is gone without our knowing its name.
 */

/** The language, then what Pyodide and the runtime use after they have started. */
const KEPT = new Set(
  (
    "Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date " +
    "Promise RegExp Error AggregateError EvalError RangeError ReferenceError SuppressedError SyntaxError " +
    "TypeError URIError InternalError globalThis JSON Math Intl ArrayBuffer SharedArrayBuffer Atomics " +
    "Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float16Array Float32Array " +
    "Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set Iterator WeakMap " +
    "WeakSet WeakRef Proxy Reflect FinalizationRegistry decodeURI decodeURIComponent encodeURI " +
    "encodeURIComponent escape unescape eval isFinite isNaN " +
    "WebAssembly self console performance crypto setTimeout clearTimeout setInterval clearInterval " +
    "queueMicrotask structuredClone TextDecoder TextEncoder DOMException AbortController AbortSignal " +
    "Event EventTarget ErrorEvent addEventListener removeEventListener dispatchEvent constructor"
  ).split(" "),
);

/** Deletes from the object, and from the prototypes between it and `EventTarget`, what is not kept. */
export function lockDown(scope: object): void {
  for (
    let level: object | null = scope;
    level !== null && level !== Object.prototype && level !== globalThis.EventTarget?.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const name of Object.getOwnPropertyNames(level)) {
      if (!KEPT.has(name)) Reflect.deleteProperty(level, name);
    }
  }
}
