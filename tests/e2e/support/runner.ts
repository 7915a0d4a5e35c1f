/** Runs programs on a bare page in each browser, for tests of the runtime without widgets. */
import { after, before, test } from "node:test";
import type { Engine } from "../../../runtime/harness/browsers.ts";
import { Runner, type Settings } from "../../../runtime/harness/runner.ts";

export const engines: readonly Engine[] = ["chromium", "firefox"];

/**
 * Returns a function that defines tests in one of the engines only. These tests check what the code of
 * the page or the Python code of the runtime computes. Whatever differs between browsers, such as stack
 * switching, timers, workers and input, is checked in both engines by other tests of the same file.
 */
export function onceOf(engine: Engine): (name: string, check: () => Promise<void>) => void {
  return (name, check) => {
    if (engine === "chromium") void test(name, check);
  };
}

/** A runner for all tests of the suite that calls this function: opened before them, closed after. */
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
