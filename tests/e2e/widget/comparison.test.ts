/**
 * A comparison shows the timelines of several programs on one time axis: recorded ones, and those of runs
 * in the browser.
 */
// suite: light
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { chromiumTest, engines, testOfPage } from "../support/runner.ts";
import { freshPage, untilText, usePage, useSite, visitAfresh, Widget } from "../support/site.ts";
import { violations } from "../support/violations.ts";

const PATH = "/tutorials/first-overlap/";
const SELECTOR = "timeline-compare";

/** A `<timeline-compare>`, as a reader uses it. */
class Comparison extends Widget {
  constructor(page: Page) {
    super(page, SELECTOR);
  }

  /** Waits until the status matches, and returns the status. */
  async untilStatus(pattern: RegExp): Promise<string> {
    await untilText(this.page, `${SELECTOR} [role=status]`, pattern);
    return this.text("[role=status]");
  }

  /** The text of a part of the comparison. */
  text(part: string): Promise<string> {
    return this.page.$eval(`${SELECTOR} ${part}`, (element) => element.textContent ?? "");
  }

  /** The names of the lanes, from top to bottom. The title of each program is the name of a lane. */
  lanes(): Promise<string[]> {
    return this.page.$$eval(`${SELECTOR} .tl-name`, (names) =>
      names.map(({ textContent }) => textContent.trim()),
    );
  }
}

/**
 * Holds back the programs that the page fetches. When the returned function is called, they arrive, or
 * fetching them fails as if the reader were offline.
 */
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
    const testInChromium = chromiumTest(engine);
    const pageTest = testOfPage(engine);
    const site = useSite(engine);
    let page: Page;
    let comparison: Comparison;
    const shared = usePage(() => freshPage(site.browser));
    beforeEach(async () => {
      page = shared.page;
      await visitAfresh(page, site.url, PATH);
      comparison = new Comparison(page);
      await comparison.button("Run both here");
    });

    /** Replaces the first program with one that sleeps for ten minutes. */
    const makeEndless = async (): Promise<Widget> => {
      const widget = new Widget(page, '[data-name="overlap/in_turn"]');
      await widget.write("import time\ntime.sleep(600)\n");
      return widget;
    };

    pageTest("the recorded runs are shown, each below the title of its program", async () => {
      assert.match(
        await comparison.text("figcaption"),
        /recorded on CPython [\d.]+: One by one [\d.]+\ss, Together [\d.]+\sm?s/,
      );
      const lanes = await comparison.lanes();
      const title = lanes.indexOf("Together");
      assert.equal(lanes[0], "One by one");
      // The second program has at least four lanes, which follow its title.
      assert.ok(title > 1 && title < lanes.length - 4, lanes.join(", "));
    });

    pageTest("a selected segment marks its line in the program that it belongs to", async () => {
      await page.focus(`${SELECTOR} .tl-chart`);
      await page.waitForSelector(`${SELECTOR} .tl-scroll [role=button]`);
      const marked = () =>
        page.$$eval(".runnable-marked", (lines) =>
          lines.map((line) => line.closest("runnable-snippet")!.getAttribute("data-name")),
        );
      for (const name of ["One by one", "Together"]) {
        // A segment in which a task of this run sleeps.
        const box = await page.evaluate(
          (selector, name) => {
            const rows = [...document.querySelectorAll(`${selector} .tl-lane`)];
            const from = rows.findIndex(
              (row) => row.querySelector(".tl-name")?.textContent === name,
            );
            const row = rows.slice(from).find((row) => /sleep/.test(row.textContent))!;
            row.scrollIntoView({ block: "center" });
            const label = [...row.querySelectorAll(".tl-label")].find((label) =>
              /sleep/.test(label.textContent),
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

    test("both programs run in the browser and are compared", async () => {
      // Start waiting before the press, because on a fast machine this status appears only for a moment.
      const running = comparison.untilStatus(/Running “One by one”/);
      await comparison.press("Run both here");
      await running;
      const status = await comparison.untilStatus(/^Ran in/);
      const [, oneByOne, together] = /One by one ([\d.]+)\ss, Together ([\d.]+)\s(?:ms|s)/.exec(
        status,
      )!;
      // The three waits of the first program add up to 1.35 s.
      assert.ok(Number(oneByOne) > 1.3 && together !== undefined, status);
      await untilText(page, `${SELECTOR} figcaption`, /of these runs/);
      const lanes = await comparison.lanes();
      assert.deepEqual([lanes[0], lanes.includes("Together")], ["One by one", true]);
      // The runs have ended, so they can be stepped through.
      await comparison.press("Step through");
      await page.waitForSelector(`${SELECTOR} .tl-player`);
      await page.focus(`${SELECTOR} .tl-player-slider`);
      await page.keyboard.press("End");
      await comparison.untilStatus(/^Ran in/);
      const printed = (await comparison.text(".tl-player-printed")).trimEnd().split("\n");
      const lines = (start: RegExp) => printed.filter((line) => start.test(line)).length;
      // Each program prints seven lines, and the title of the program precedes each of them.
      assert.deepEqual(
        [lines(/^One by one {2}\d/), lines(/^Together {4}\d/)],
        [7, 7],
        printed.join(),
      );
      await comparison.press("Close");
      await comparison.press("Show the recordings");
      assert.match(await comparison.text("figcaption"), /recorded on CPython/);
    });

    pageTest("the programs run at the clock rate that is chosen for the page", async () => {
      const clockRate = (selector: string) =>
        page.$eval(`${selector} .runnable-pace`, (menu) => (menu as HTMLSelectElement).value);
      await page.select(`${SELECTOR} .runnable-pace`, "0");
      assert.equal(await clockRate('[data-name="overlap/together"]'), "0");
      await comparison.press("Run both here");
      // The times are exact, because no timer is late in virtual time.
      await comparison.untilStatus(
        /^Ran in your browser, in virtual time, where waiting takes no time: One by one 1\.35\ss, Together 600\sms\.$/,
      );
      await untilText(
        page,
        `${SELECTOR} figcaption`,
        /of these runs, in your browser, in virtual time/,
      );
      await page.select('[data-name="overlap/together"] .runnable-pace', "1");
      assert.equal(await clockRate(SELECTOR), "1");
      await comparison.press("Show the recordings");
    });

    testInChromium(
      "a program that the reader has edited runs as edited, and the status says why it has failed",
      async () => {
        const widget = new Widget(page, '[data-name="overlap/together"]');
        await widget.write('raise SystemExit("no stations")\n');
        await comparison.press("Run both here");
        assert.equal(
          await comparison.untilStatus(/exit status/),
          "“Together” ended with exit status 1. no stations",
        );
        assert.match(await comparison.text("figcaption"), /recorded on CPython/);
      },
    );

    test("Stop ends the comparison, and so does Run on another widget", async () => {
      const widget = await makeEndless();
      const other = new Widget(page, '[data-name="overlap/together"]');
      await comparison.press("Run both here");
      await comparison.untilStatus(/Running/);
      await comparison.press("Stop");
      await comparison.untilStatus(/^Stopped\.$/);
      await comparison.press("Run both here");
      await comparison.untilStatus(/Running/);
      await other.run();
      await comparison.untilStatus(/^Stopped because you ran overlap\/together\.py\.$/);
      await widget.press("Reset");
    });

    testInChromium(
      "Run on another widget ends the comparison even while its programs are being fetched",
      async () => {
        const widget = new Widget(page, '[data-name="overlap/in_turn"]');
        const release = await holdPrograms(page);
        await comparison.press("Run both here");
        await comparison.untilStatus(/Running/);
        await widget.press("Run");
        await comparison.untilStatus(/^Stopped because you ran overlap\/in_turn\.py\.$/);
        await release();
        const { origin, text } = await widget.finished();
        assert.match(origin + text, /Ran in your browser[^]*done: 1\.35 s/);
      },
    );

    testInChromium("the status says which program could not be loaded", async () => {
      const release = await holdPrograms(page);
      await comparison.press("Run both here");
      await comparison.untilStatus(/Running/);
      await release("offline");
      await comparison.untilStatus(
        /^overlap\/in_turn\.py could not be loaded\. Check your network/,
      );
      await comparison.press("Run both here");
      await comparison.untilStatus(/^Ran in/);
    });

    if (engine === "chromium") {
      test("a comparison has no accessibility violations", async () => {
        assert.deepEqual(await violations(page, { parts: "timeline-compare" }), []);
      });
    }
  });
}
