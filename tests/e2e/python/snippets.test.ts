/** Every snippet of the site runs when its Run button is pressed, and prints what is recorded. */
// suite: alone
// suite: takes 190 s
import { test } from "node:test";
import { expectRecorded, runSite } from "../support/every_snippet.ts";
import { engines } from "../support/runner.ts";

for (const engine of engines) {
  test(`every snippet prints in ${engine} what is recorded`, { timeout: 600_000 }, async (t) => {
    const [version, runs] = await runSite(engine);
    await expectRecorded(t, engine, version, runs);
  });
}
