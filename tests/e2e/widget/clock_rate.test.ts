/** The menu beside Run, with which readers choose the clock rate for all programs of a page. */
// suite: light
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { chromiumTest, engines, testOfPage } from "../support/runner.ts";
import { freshPage, usePage, useSite, visitAfresh, Widget } from "../support/site.ts";

const PAGE = "/tutorials/chess-exhibition/";
// Two widgets on this page.
const FIRST = "#chess-synchronous";
const SECOND = "#chess-asynchronous";

/** Sleeps for an hour, and prints the time on a clock that starts at 0 in virtual time. */
const LONG = `import time
print("ready")
time.sleep(3600)
print(time.perf_counter())
`;

for (const engine of engines) {
  describe(engine, () => {
    const testInChromium = chromiumTest(engine);
    const pageTest = testOfPage(engine);
    const site = useSite(engine);
    const shared = usePage(() => freshPage(site.browser));
    let page: Page;
    beforeEach(async () => {
      page = shared.page;
      await visitAfresh(page, site.url, PAGE);
      await page.waitForSelector(`${FIRST} .runnable-pace`);
    });

    /** The clock rate that is chosen in a widget's menu. */
    const chosen = (selector: string) =>
      page.$eval(`${selector} .runnable-pace`, (menu) => (menu as HTMLSelectElement).value);
    /** The caption of a widget's timeline. */
    const caption = (selector: string) =>
      page.$eval(`${selector} .tl-head`, (head) => head.firstChild?.textContent ?? "");
    /** Chooses a clock rate in the menu of the first widget. */
    const choose = (clockRate: string) => page.select(`${FIRST} .runnable-pace`, clockRate);

    testInChromium(
      "by default, programs run in real time, and neither the output nor the timeline names a clock rate",
      async () => {
        assert.equal(await chosen(FIRST), "1");
        const { origin } = await new Widget(page, FIRST).run();
        assert.match(origin, /^Ran in your browser · Python [\d.]+$/);
        await page.waitForSelector(`${FIRST} .tl-chart`);
        assert.doesNotMatch(await caption(FIRST), /time,|faster/);
      },
    );

    pageTest(
      "by keyboard, the menu comes after the button Step, has a name, and keeps the focus when it changes",
      async () => {
        await page.focus(`${FIRST} .runnable-step`);
        await page.keyboard.press("Tab");
        const focused = () =>
          page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
        assert.equal(await focused(), "Clock for chess/synchronous.py");
        await page.keyboard.press("v"); // chooses "Virtual time"
        await page.waitForFunction(
          (selector) => document.querySelector<HTMLSelectElement>(selector)?.value === "0",
          {},
          `${FIRST} .runnable-pace`,
        );
        assert.equal(await focused(), "Clock for chess/synchronous.py");
      },
    );

    test("a choice applies to all widgets of the page, and the output and the timeline name the clock rate", async () => {
      await choose("0");
      assert.equal(await chosen(SECOND), "0");
      const widget = new Widget(page, SECOND);
      await widget.write(LONG);
      const { origin, text } = await widget.run();
      assert.match(origin, /Python [\d.]+ · in virtual time, where waiting takes no time$/);
      assert.equal(text, "ready\n3600.0\n");
      await page.waitForFunction(
        (selector) => /1\sh|60\smin/.test(document.querySelector(selector)?.textContent ?? ""),
        {},
        `${SECOND} .tl-head`,
      );
      assert.match(await caption(SECOND), /in your browser, in virtual time/);
    });

    pageTest("a choice is remembered for its page and for no other page", async () => {
      await choose("0");
      await page.reload();
      await page.waitForSelector(`${FIRST} .runnable-pace`);
      assert.equal(await chosen(FIRST), "0");
      await page.goto(`${site.url}/tutorials/first-overlap/`);
      await page.waitForSelector(".runnable-pace");
      assert.equal(await chosen("runnable-snippet:not([data-native])"), "1");
      await page.goto(site.url + PAGE);
      await page.waitForSelector(`${FIRST} .runnable-pace`);
      assert.equal(await chosen(FIRST), "0");
    });

    testInChromium(
      "the output of a run at clock rate 10 names the rate, and Stop ends the run",
      async () => {
        await choose("10");
        const widget = new Widget(page, FIRST);
        await widget.write(LONG);
        await widget.press("Run");
        const { origin } = await widget.until(/ready/);
        assert.match(origin, /^Running in your browser .* 10 × faster than real time$/);
        await widget.press("Stop");
        const { text, notes } = await widget.finished();
        assert.match(text, /^ready\n/);
        assert.ok(notes.includes("Stopped."), notes.join());
      },
    );
  });
}
