/** Every snippet where Python cannot be suspended: it prints what is recorded, or says why it cannot run. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { expectRecorded, runSite, type Seen } from "../support/every_snippet.ts";

test("all but those with threads or processes do", { timeout: 600_000 }, async () => {
  const options = {
    extraPrefsFirefox: { "javascript.options.wasm_js_promise_integration": false },
  };
  const [version, seen] = await runSite("firefox", options);
  const saysWhyNot = ({ name, chunks }: Seen) =>
    /Error: .*(?:can't start new (?:thread|process)|cannot switch between stacks)/.test(
      chunks.map(({ text }) => text).join(""),
    ) ||
    // The server of this one answers with status 500, and only the note beside the run says why.
    name === "endpoints/order";
  const threaded = seen.filter(saysWhyNot);
  assert.ok(threaded.length > 0);
  for (const { name, status } of threaded) {
    const source = readFileSync(`snippets/${name}.py`, "utf8");
    assert.match(
      source,
      /threading|PoolExecutor|to_thread|run_in_executor|fastapi|greenlet|run_in_threadpool/,
      name,
    );
    assert.equal(status, 1, name);
  }
  const others = seen.filter((run) => !saysWhyNot(run));
  await expectRecorded("firefox", version, others, { options, more: ["--forget"] });
});
