/**
 * Every snippet of the site prints what is recorded: in Chromium when its Run button is pressed, and in
 * Firefox on a page without widgets, which takes much less time. That the widgets of a page also work in
 * Firefox is tested with few programs, in tests/e2e/widget and tests/e2e/timeline.
 */
// suite: alone
// suite: takes 150 s
import { test } from "node:test";
import { expectRecorded, runBare, runSite } from "../support/every_snippet.ts";
import { namesOfSnippets } from "../support/site.ts";

test("every snippet prints in chromium what is recorded", { timeout: 600_000 }, async (t) => {
  const [version, runs] = await runSite("chromium");
  await expectRecorded(t, "chromium", version, runs);
});

test("every snippet prints in firefox what is recorded", { timeout: 600_000 }, async (t) => {
  const [version, runs] = await runBare("firefox", await namesOfSnippets());
  const runAgain = async (repeated: { name: string }[]) => {
    const names = repeated.map(({ name }) => name);
    return (await runBare("firefox", names, { atATime: 1 }))[1];
  };
  await expectRecorded(t, "firefox", version, runs, { runAgain });
});
