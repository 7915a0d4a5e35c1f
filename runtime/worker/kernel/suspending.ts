/**
 * Tells Python, in place of breaking it, where it cannot be suspended.
 *
 * Only WebAssembly can be. Where JavaScript has called into Python (ctypes calls a function of the
 * program back; an object of a new kind comes in, and Python asks the program's classes what it is),
 * the engine throws. Pyodide has put another thread state in place by then, which an exception that
 * passes by leaves there: what Python does next ruins its memory. So the exception is caught one frame
 * above, and becomes the value by which Pyodide knows that something went wrong; it then puts the
 * thread state back and raises RuntimeError.
 */

/*
 * (module
 *   (import "" "suspend" (func $suspend (param externref externref) (result externref)))
 *   (import "" "error" (func $error (result externref)))
 *   (func (export "suspend") (param externref externref) (result externref)
 *     (try (result externref)
 *       (do (call $suspend (local.get 0) (local.get 1)))
 *       (catch_all (call $error)))))
 */
const CATCHING = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x0b, 0x02, 0x60, 0x02, 0x6f, 0x6f, 0x01, 0x6f, 0x60, 0x00, 0x01, 0x6f], // two types
  ...[0x02, 0x15, 0x02], // two imports
  ...[0x00, 0x07, 0x73, 0x75, 0x73, 0x70, 0x65, 0x6e, 0x64, 0x00, 0x00], // "" "suspend"
  ...[0x00, 0x05, 0x65, 0x72, 0x72, 0x6f, 0x72, 0x00, 0x01], // "" "error"
  ...[0x03, 0x02, 0x01, 0x00], // one function of the first type
  ...[0x07, 0x0b, 0x01, 0x07, 0x73, 0x75, 0x73, 0x70, 0x65, 0x6e, 0x64, 0x00, 0x02], // export it
  ...[0x0a, 0x10, 0x01, 0x0e, 0x00, 0x06, 0x6f, 0x20, 0x00, 0x20, 0x01, 0x10, 0x00], // try suspend
  ...[0x19, 0x10, 0x01, 0x0b, 0x0b], // catch_all error
);

type Import = (...args: unknown[]) => unknown;

/**
 * @param suspend - takes two values; a function, or a `WebAssembly.Suspending` where there is such.
 * @param error - returns what is to be the result when `suspend` throws.
 */
export function catching(suspend: Import, error: Import): Import {
  const imports = { "": { suspend, error } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(CATCHING), imports);
  return exports["suspend"] as Import;
}
