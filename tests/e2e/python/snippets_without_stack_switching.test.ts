/** Without stack switching, each snippet prints what is recorded or explains why it cannot. */
// suite: takes 100 s
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { expectRecorded, runSite, type SnippetRun } from "../support/every_snippet.ts";

test(
  "all snippets without threads, processes or greenlets print what is recorded",
  { timeout: 600_000 },
  async (t) => {
    const options = {
      extraPrefsFirefox: { "javascript.options.wasm_js_promise_integration": false },
    };
    const [version, runs] = await runSite("firefox", options);
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
        /threading|PoolExecutor|to_thread|run_in_executor|fastapi|greenlet|run_in_threadpool/,
        name,
      );
      assert.equal(status, 1, name);
    }
    const supported = runs.filter((run) => !isUnsupported(run));
    await expectRecorded(t, "firefox", version, supported, { options, more: ["--forget"] });
  },
);
