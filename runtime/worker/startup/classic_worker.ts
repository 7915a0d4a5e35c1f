/**
 * Lets Pyodide start in a classic worker. This module has to be imported before Pyodide.
 *
 * Pyodide, which is an ES module since https://github.com/pyodide/pyodide/pull/6111, refuses to start in a
 * classic worker. It recognises a classic worker by a call that fails in all other workers,
 * `importScripts("data:text/javascript,")`. The workers here are classic ones;
 * ../../sandbox/frame_controller.ts says why. Without `importScripts`, the call fails in them as well,
 * and Pyodide starts.
 *
 * The content security policy of the frame also makes the call fail, but then Firefox logs the blocked
 * address for each worker, and Pyodide's start would depend on the policy.
 */
Reflect.set(globalThis, "importScripts", undefined);
