/**
 * Removes everything from a worker's global object that programs do not need.
 *
 * The sandbox's opaque origin and content security policy already keep programs from storage and network.
 * This module also removes what these two allow, such as nested workers and channels, and protects
 * readers if one of the two fails. The list contains what is kept, not what is removed, so that APIs that
 * browsers add in future are removed as well.
 */

/** The names of the language itself, then those that Pyodide and the runtime use after their start. */
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

/**
 * Deletes what it can, but not what is in `KEPT`, from an object and its prototypes below `EventTarget`.
 */
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
