/**
 * In a browser that cannot switch between stacks, and therefore not between threads, each snippet prints
 * what is recorded or explains why it cannot.
 *
 * The snippets run on a page without widgets, which takes much less time. What a widget says in such
 * a browser is checked in without_stack_switching.test.ts.
 */
// suite: takes 60 s
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { expectRecorded, runBare, type SnippetRun } from "../support/every_snippet.ts";
import { WITHOUT_STACK_SWITCHING } from "../support/runner.ts";
import { namesOfSnippets } from "../support/site.ts";

test(
  "all snippets without threads, processes or greenlets print what is recorded",
  { timeout: 600_000 },
  async (t) => {
    const launch = WITHOUT_STACK_SWITCHING;
    const [version, runs] = await runBare("firefox", await namesOfSnippets(), { launch });
    /** Whether a program failed because it needs threads, processes or greenlets. */
    const isUnsupported = ({ name, chunks }: SnippetRun) =>
      /Error: .*(?:can't start new (?:thread|process)|cannot switch between stacks)/.test(
        chunks.map(({ text }) => text).join(""),
      ) ||
      // The server of this program answers with status 500, and only the note beside the run says why.
      name === "endpoints/order";
    const unsupported = runs.filter(isUnsupported);
    assert.ok(unsupported.length > 0);
    for (const { name, status } of unsupported) {
      const source = readFileSync(`snippets/${name}.py`, "utf8");
      assert.match(
        source,
        /threading|multiprocessing|PoolExecutor|to_thread|run_in_executor|fastapi|greenlet|run_in_threadpool/,
        name,
      );
      assert.equal(status, 1, name);
    }
    const supported = runs.filter((run) => !isUnsupported(run));
    const runAgain = async (repeated: SnippetRun[]) => {
      const names = repeated.map(({ name }) => name);
      return (await runBare("firefox", names, { launch, atATime: 1 }))[1];
    };
    // With --forget, the results are not saved for the verification report, which is about browsers with
    // their usual settings.
    await expectRecorded(t, "firefox", version, supported, { runAgain, more: ["--forget"] });
  },
);
