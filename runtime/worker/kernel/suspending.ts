/**
 * Makes Python raise an exception when it has to suspend a stack that the engine cannot suspend.
 *
 * Only WebAssembly can be suspended, not JavaScript that has called it:
 * https://webassembly.github.io/js-promise-integration/js-api/
 *
 * JavaScript calls Python where ctypes calls a function of the program, for example, or where Pyodide
 * converts an object of a new kind and asks the program's classes about it. If Python waits in such a
 * call, the engine throws. By then Pyodide has switched to another thread state
 * (https://github.com/pyodide/pyodide/pull/3992), and an exception that passes its C code would leave
 * that state in place, so that Python would then corrupt its memory. Therefore the exception is caught
 * one frame above, and replaced by the value with which imports report errors to Pyodide. Pyodide then
 * restores the thread state and raises RuntimeError.
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
 * Wraps a function that suspends Python so that it never throws.
 *
 * @param suspend - takes two values; a `WebAssembly.Suspending` if the engine can switch stacks, and
 * otherwise a function.
 * @param error - returns the result for the case that `suspend` throws.
 */
export function catching(suspend: Import, error: Import): Import {
  const imports = { "": { suspend, error } };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(CATCHING), imports);
  return exports["suspend"] as Import;
}
