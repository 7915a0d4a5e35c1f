/** Runs programs on a bare page in each browser, for tests of the runtime without widgets. */
import { after, before } from "node:test";
import type { Engine } from "../../../runtime/harness/browsers.ts";
import { Runner, type Settings } from "../../../runtime/harness/runner.ts";

export const engines: readonly Engine[] = ["chromium", "firefox"];

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
