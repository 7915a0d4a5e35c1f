/**
 * Hostile programs run in the real playground, as if a reader had opened them by a link. None of them
 * may affect anything but its own output, each can be stopped, and normal programs that run in the same
 * tab afterwards print what they should.
 *
 * docs/contributing/threat-model.md says what is protected, and how to add an attack.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { readAttacks, Victim, type NormalProgram } from "../support/attacks.ts";
import { launch, type Engine } from "../support/site.ts";

/** The path of a published program, without its file extension. The program runs after each attack. */
const SNIPPET = "snippets/models/race_across_await";

/** Prints state of the interpreter that an attack may have changed; `output` is what it has to be. */
const PROBE: NormalProgram = {
  source: `import asyncio, gc, os, sys, threading, time
# A module that only the standard library has. The page fetches the library for the first program that
# needs it. This must not be an attack, because a request during an attack counts as a failure.
import csv
print(len("four"), 3 + 4, max([1, 2]), isinstance(1, int), sorted(os.listdir()))
print(threading.active_count(), threading.current_thread().name, gc.isenabled(), gc.callbacks)
print(sys.gettrace(), sys.getprofile(), "left" in map(sys.monitoring.get_tool, range(6)))
print(sys.getrecursionlimit(), os.listdir("/tmp"), os.environ.get("HOME"), "/left" in sys.path)
thread = threading.Thread(target=time.sleep, args=(0.01,))
thread.start()
thread.join()
print(asyncio.run(asyncio.sleep(0.01, "done")))
# Control characters make the page load its terminal. For the same reason, an attack must not be the
# first to print one.
print("\\x1b[1mbold\\x1b[0m", "12345\\rab")
`,
  output: `4 7 2 True ['playground.py']
1 MainThread True []
None None False
1000 [] /home/reader False
done
abld 12345
`,
};

/** The attacks that also run in Firefox: one or two of each kind, because each run takes longer there. */
const IN_FIREFOX = new Set(
  (
    "blocking_javascript broker_flood cookies dynamic_import endless_finally endless_output " +
    "hidden_fetch html_in_output import_scripts indexed_db nested_worker " +
    "network_buffers network_descriptors network_flood other_tabs post_message " +
    "prototype_pollution service_worker steal_port swallowed_interrupt thread_bomb timers_left worker_bomb"
  ).split(" "),
);

const attacks = await readAttacks();

test("the threat model names every attack", async () => {
  const page = join(import.meta.dirname, "../../../docs/contributing/threat-model.md");
  const text = await readFile(page, "utf8");
  assert.ok(attacks.length >= 40, `only ${attacks.length} attacks were found`);
  assert.deepEqual(
    attacks.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});

for (const engine of ["chromium", "firefox"] as Engine[]) {
  describe(engine, () => {
    let browser: Browser, victim: Victim;
    let normalPrograms: NormalProgram[];
    before(async () => {
      const root = join(import.meta.dirname, "../../..");
      const [source, output] = await Promise.all(
        [".py", ".out"].map((ending) => readFile(join(root, SNIPPET + ending), "utf8")),
      );
      normalPrograms = [PROBE, { source: source!, output: output! }];
      browser = await launch(engine);
      victim = await Victim.open(browser);
      await victim.prepare(normalPrograms);
    });
    after(async () => {
      await victim?.close();
      await browser?.close();
    });

    for (const attack of attacks) {
      if (engine === "firefox" && !IN_FIREFOX.has(attack.name)) continue;
      test(attack.name, { timeout: 120_000 }, async (t) => {
        try {
          const shown = await victim.runAttack(attack);
          if (process.env["VERBOSE"]) t.diagnostic(JSON.stringify(shown).slice(0, 600));
          await victim.runNormalPrograms(normalPrograms);
        } catch (error) {
          // Continue in a new tab, so that the next attack does not fail because of this one.
          await victim.close();
          victim = await Victim.open(browser);
          await victim.prepare(normalPrograms);
          throw error;
        }
      });
    }
  });
}
