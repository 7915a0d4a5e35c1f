/** Whether this browser can suspend WebAssembly (JSPI), and so switch between Python's threads. */
export const stackSwitching = "Suspending" in WebAssembly;
