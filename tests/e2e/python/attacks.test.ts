/**
 * Hostile programs, run in the real widget as if from a shared link: none reaches anything outside of
 * its own output, each can be stopped, and after each the same tab runs normal programs.
 *
 * docs/contributing/threat-model.md says what is defended; how to add a program is written there too.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { readAttacks, Victim, type Afterwards } from "../support/attacks.ts";
import { launch, type Engine } from "../support/site.ts";

const SNIPPET = "snippets/models/race_across_await";

/** Looks for what an earlier program may have left in the interpreter. */
const LOOK_AROUND: Afterwards = {
  source: `import asyncio, gc, os, sys, threading, time
print(len("four"), 3 + 4, max([1, 2]), isinstance(1, int), sorted(os.listdir()))
print(threading.active_count(), threading.current_thread().name, gc.isenabled(), gc.callbacks)
print(sys.gettrace(), sys.getprofile(), "left" in map(sys.monitoring.get_tool, range(6)))
print(sys.getrecursionlimit(), os.listdir("/tmp"), os.environ.get("HOME"), "/left" in sys.path)
thread = threading.Thread(target=time.sleep, args=(0.01,))
thread.start()
thread.join()
print(asyncio.run(asyncio.sleep(0.01, "done")))
`,
  output: `4 7 2 True ['playground.py']
1 MainThread True []
None None False
1000 [] /home/reader False
done
`,
};

/** In Firefox, where each run takes longer: one or two of each kind. */
const IN_FIREFOX = new Set(
  (
    "blocking_javascript cookies dynamic_import endless_finally endless_output " +
    "hidden_fetch html_in_output import_scripts indexed_db nested_worker other_tabs post_message " +
    "prototype_pollution service_worker steal_port swallowed_interrupt thread_bomb timers_left worker_bomb"
  ).split(" "),
);

const attacks = await readAttacks();

test("the threat model names every program", async () => {
  const page = join(import.meta.dirname, "../../../docs/contributing/threat-model.md");
  const text = await readFile(page, "utf8");
  assert.ok(attacks.length >= 40, `only ${attacks.length} programs`);
  assert.deepEqual(
    attacks.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});

for (const engine of ["chromium", "firefox"] as Engine[]) {
  describe(engine, () => {
    let browser: Browser, victim: Victim;
    let afterwards: Afterwards[];
    before(async () => {
      const root = join(import.meta.dirname, "../../..");
      const [source, output] = await Promise.all(
        [".py", ".out"].map((ending) => readFile(join(root, SNIPPET + ending), "utf8")),
      );
      afterwards = [LOOK_AROUND, { source: source!, output: output! }];
      browser = await launch(engine);
      victim = await Victim.open(browser);
      await victim.prepare(afterwards);
    });
    after(async () => {
      await victim?.close();
      await browser?.close();
    });

    for (const attack of attacks) {
      if (engine === "firefox" && !IN_FIREFOX.has(attack.name)) continue;
      test(attack.name, { timeout: 120_000 }, async (t) => {
        try {
          const shown = await victim.suffer(attack);
          if (process.env["VERBOSE"]) t.diagnostic(JSON.stringify(shown).slice(0, 600));
          await victim.recover(afterwards);
        } catch (error) {
          // The next one shall not fail because of this one.
          await victim.close();
          victim = await Victim.open(browser);
          await victim.prepare(afterwards);
          throw error;
        }
      });
    }
  });
}
