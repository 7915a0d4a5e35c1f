/**
 * Lets Pyodide start in a classic worker. This module has to be imported before Pyodide.
 *
 * Pyodide, which is an ES module since https://github.com/pyodide/pyodide/pull/6111, refuses to start in a
 * classic worker. It recognises one by a call that fails in all other workers,
 * `importScripts("data:text/javascript,")`. The workers here are classic ones, because each consists of a
 * single script, so Pyodide started only because the content security policy of the frame blocks the call.
 * Firefox logged the blocked address for each worker, and a policy that allows it would have stopped
 * Python from starting. Without `importScripts`, the call fails in any case, before the policy is asked.
 */
Reflect.set(globalThis, "importScripts", undefined);
