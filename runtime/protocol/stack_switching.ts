/**
 * Whether this browser can suspend WebAssembly, which switching between Python's threads requires; see
 * https://github.com/WebAssembly/js-promise-integration.
 */
export const stackSwitching = "Suspending" in WebAssembly;
