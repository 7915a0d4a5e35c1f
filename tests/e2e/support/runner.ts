/** What tests of the runtime by itself need: a bare page in each browser. */
import { after, before } from "node:test";
import type { Engine } from "../../../runtime/harness/browsers.ts";
import { Runner, type Settings } from "../../../runtime/harness/runner.ts";

export const engines: readonly Engine[] = ["chromium", "firefox"];

/** A runner for the tests of the suite that calls this: started before them, stopped after. */
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
