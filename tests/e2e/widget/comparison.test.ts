/** Programs on one time axis: recorded, and run one after the other in the browser. */
// suite: light
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { engines } from "../support/runner.ts";
import { freshPage, untilText, usePage, useSite, visitAfresh, Widget } from "../support/site.ts";
import { violations } from "../support/violations.ts";

const PATH = "/tutorials/first-overlap/";
const SELECTOR = "timeline-compare";

/** `<timeline-compare>`, as a reader uses it. */
class Compared extends Widget {
  constructor(page: Page) {
    super(page, SELECTOR);
  }

  async said(pattern: RegExp): Promise<string> {
    await untilText(this.page, `${SELECTOR} [role=status]`, pattern);
    return this.text("[role=status]");
  }

  text(part: string): Promise<string> {
    return this.page.$eval(`${SELECTOR} ${part}`, (element) => element.textContent ?? "");
  }

  /** Names of lanes, in order. */
  lanes(): Promise<string[]> {
    return this.page.$$eval(`${SELECTOR} .tl-name`, (names) =>
      names.map(({ textContent }) => textContent.trim()),
    );
  }
}

/** Programs that the page fetches arrive, or do not, when the function that is returned is called. */
async function holdPrograms(page: Page): Promise<(what?: "offline") => Promise<void>> {
  const held = await page.evaluateHandle(() => {
    const { fetch } = window;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    window.fetch = async (input, init) => {
      if (String(input).endsWith(".py") && !(await promise)) throw new TypeError("offline");
      return fetch(input, init);
    };
    return {
      release(arrives: boolean): void {
        resolve(arrives);
        window.fetch = fetch;
      },
    };
  });
  return (what) => held.evaluate((held, arrives) => held.release(arrives), what !== "offline");
}

for (const engine of engines) {
  describe(engine, () => {
    const site = useSite(engine);
    let page: Page;
    let compared: Compared;
    const stage = usePage(() => freshPage(site.browser));
    beforeEach(async () => {
      page = stage.page;
      await visitAfresh(page, site.url, PATH);
      compared = new Compared(page);
      await compared.button("Run both here");
    });

    /** Makes the first program one that does not end by itself. */
    const makeEndless = async (): Promise<Widget> => {
      const widget = new Widget(page, '[data-name="overlap/in_turn"]');
      await widget.write("import time\ntime.sleep(600)\n");
      return widget;
    };

    test("the recorded runs are there, each under its title", async () => {
      assert.match(
        await compared.text("figcaption"),
        /recorded on CPython [\d.]+: One by one [\d.]+\ss, Together [\d.]+\sm?s/,
      );
      const lanes = await compared.lanes();
      const at = lanes.indexOf("Together");
      assert.equal(lanes[0], "One by one");
      assert.ok(at > 1 && at < lanes.length - 4, lanes.join(", "));
    });

    test("a state that is chosen marks its line in the program it is of", async () => {
      await page.focus(`${SELECTOR} .tl-chart`);
      await page.waitForSelector(`${SELECTOR} .tl-scroll [role=button]`);
      const marked = () =>
        page.$$eval(".runnable-marked", (lines) =>
          lines.map((line) => line.closest("runnable-snippet")!.getAttribute("data-name")),
        );
      for (const name of ["One by one", "Together"]) {
        // A task of that run that sleeps.
        const box = await page.evaluate(
          (selector, name) => {
            const rows = [...document.querySelectorAll(`${selector} .tl-lane`)];
            const from = rows.findIndex(
              (row) => row.querySelector(".tl-name")?.textContent === name,
            );
            const row = rows.slice(from).find((row) => /sleep/.test(row.textContent))!;
            row.scrollIntoView({ block: "center" });
            const label = [...row.querySelectorAll(".tl-label")].find((one) =>
              /sleep/.test(one.textContent),
            )!;
            const { x, y, width, height } = label.getBoundingClientRect();
            return { x: x + width / 2, y: y + height / 2 };
          },
          SELECTOR,
          name,
        );
        await page.mouse.click(box.x, box.y);
        const program = name === "One by one" ? "overlap/in_turn" : "overlap/together";
        assert.ok((await marked()).includes(program), `${name}: ${(await marked()).join()}`);
      }
    });

    test("both are run, and compared as they ran here", async () => {
      // On a quick machine it is said for a moment only.
      const running = compared.said(/Running “One by one”/);
      await compared.press("Run both here");
      await running;
      const said = await compared.said(/^Ran in/);
      const [, oneByOne, together] = /One by one ([\d.]+)\ss, Together ([\d.]+)\s(?:ms|s)/.exec(
        said,
      )!;
      assert.ok(Number(oneByOne) > 1.3 && together !== undefined, said);
      await untilText(page, `${SELECTOR} figcaption`, /of these runs/);
      const lanes = await compared.lanes();
      assert.deepEqual([lanes[0], lanes.includes("Together")], ["One by one", true]);
      // It is a run that is over, so it can be stepped through.
      await compared.press("Step through");
      await page.waitForSelector(`${SELECTOR} .tl-player`);
      await page.focus(`${SELECTOR} .tl-player-slider`);
      await page.keyboard.press("End");
      await compared.said(/^Ran in/);
      const printed = (await compared.text(".tl-player-printed")).trimEnd().split("\n");
      const lines = (start: RegExp) => printed.filter((line) => start.test(line)).length;
      // Whose line it is stands before it.
      assert.deepEqual(
        [lines(/^One by one {2}\d/), lines(/^Together {4}\d/)],
        [7, 7],
        printed.join(),
      );
      await compared.press("Close");
      await compared.press("Show the recordings");
      assert.match(await compared.text("figcaption"), /recorded on CPython/);
    });

    test("they run in the time that is chosen for the page", async () => {
      const time = (selector: string) =>
        page.$eval(`${selector} .runnable-pace`, (menu) => (menu as HTMLSelectElement).value);
      await page.select(`${SELECTOR} .runnable-pace`, "0");
      assert.equal(await time('[data-name="overlap/together"]'), "0");
      await compared.press("Run both here");
      // To the digit: waiting takes no time, so nothing comes late.
      await compared.said(
        /^Ran in your browser, in virtual time, where waiting takes no time: One by one 1\.35\ss, Together 600\sms\.$/,
      );
      await untilText(
        page,
        `${SELECTOR} figcaption`,
        /of these runs, in your browser, in virtual time/,
      );
      await page.select('[data-name="overlap/together"] .runnable-pace', "1");
      assert.equal(await time(SELECTOR), "1");
      await compared.press("Show the recordings");
    });

    test("an edited program is compared as it is now; one that fails says why", async () => {
      const widget = new Widget(page, '[data-name="overlap/together"]');
      await widget.write('raise SystemExit("no stations")\n');
      await compared.press("Run both here");
      assert.equal(
        await compared.said(/exit status/),
        "“Together” ended with exit status 1. no stations",
      );
      assert.match(await compared.text("figcaption"), /recorded on CPython/);
    });

    test("Stop ends it, and so does another Run", async () => {
      const widget = await makeEndless();
      const other = new Widget(page, '[data-name="overlap/together"]');
      await compared.press("Run both here");
      await compared.said(/Running/);
      await compared.press("Stop");
      await compared.said(/^Stopped\.$/);
      await compared.press("Run both here");
      await compared.said(/Running/);
      await other.run();
      await compared.said(/^Stopped because you ran overlap\/together\.py\.$/);
      await widget.press("Reset");
    });

    test("another Run ends it also while its programs are fetched", async () => {
      const widget = new Widget(page, '[data-name="overlap/in_turn"]');
      const release = await holdPrograms(page);
      await compared.press("Run both here");
      await compared.said(/Running/);
      await widget.press("Run");
      await compared.said(/^Stopped because you ran overlap\/in_turn\.py\.$/);
      await release();
      const { origin, text } = await widget.finished();
      assert.match(origin + text, /Ran in your browser[^]*done: 1\.35 s/);
    });

    test("it says which program could not be loaded", async () => {
      const release = await holdPrograms(page);
      await compared.press("Run both here");
      await compared.said(/Running/);
      await release("offline");
      await compared.said(/^overlap\/in_turn\.py could not be loaded\. Check your network/);
      await compared.press("Run both here");
      await compared.said(/^Ran in/);
    });

    if (engine === "chromium") {
      test("nothing is in the way of weak eyes or a keyboard", async () => {
        assert.deepEqual(await violations(page, { parts: "timeline-compare" }), []);
      });
    }
  });
}
