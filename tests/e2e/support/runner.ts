/** Helpers for tests that run in each browser, some of them on a bare page without widgets. */
import { after, before, test } from "node:test";
import type { Engine } from "../../../runtime/harness/browsers.ts";
import { Runner, type Settings } from "../../../runtime/harness/runner.ts";

export const engines: readonly Engine[] = ["chromium", "firefox"];

/**
 * Launch options for a Firefox that cannot suspend Python's stack, as browsers without JavaScript
 * Promise Integration (JSPI). In such a browser, programs cannot switch between threads.
 */
export const WITHOUT_STACK_SWITCHING = {
  extraPrefsFirefox: { "javascript.options.wasm_js_promise_integration": false },
};

/**
 * Returns a function that defines tests if the engine is Chromium, and ignores them otherwise. This is
 * for tests of what the code of the page or the Python code of the runtime computes, which is the same
 * in each browser. Other tests of the same file check in both engines whatever may differ, such as stack
 * switching, timers, workers and input.
 */
export function chromiumTest(engine: Engine): (name: string, check: () => Promise<void>) => void {
  return (name, check) => {
    if (engine === "chromium") void test(name, check);
  };
}

/**
 * Returns a function that defines tests of what the code of the page does with its elements. Such tests run
 * in Chromium every time, and in Firefox only if the variable EVERY_ENGINE is set, as it is every night.
 * Other tests of the same file run in both engines every time, among them one of each feature.
 */
export function testOfPage(engine: Engine): (name: string, check: () => Promise<void>) => void {
  return (name, check) => {
    if (engine === "chromium" || process.env["EVERY_ENGINE"]) void test(name, check);
  };
}

/**
 * A runner, which runs programs on a bare page, for all tests of the suite that calls this function. It
 * is opened before them, and closed after them.
 */
export function useRunner(settings: Settings): { readonly runner: Runner } {
  let runner: Runner | undefined;
  before(async () => {
    runner = await Runner.open(settings);
  });
  after(() => runner?.close());
  return {
    get runner() {
      return runner!;
    },
  };
}
