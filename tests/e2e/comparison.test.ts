/** Programs on one time axis: recorded, and run one after the other in the browser. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { engines } from "./support/runner.ts";
import { freshPage, launch, serveSite, Widget, type Site } from "./support/site.ts";
import { violations } from "./support/violations.ts";

const PATH = "/tutorials/first-overlap/";
const SELECTOR = "timeline-compare";

/** `<timeline-compare>`, as a reader uses it. */
class Compared extends Widget {
  constructor(page: Page) {
    super(page, SELECTOR);
  }

  async said(pattern: RegExp): Promise<string> {
    await this.page.waitForFunction(
      (selector, source) =>
        new RegExp(source).test(document.querySelector(selector)?.textContent ?? ""),
      { timeout: 60_000, polling: "mutation" },
      `${SELECTOR} [role=status]`,
      pattern.source,
    );
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

let site: Site;
before(async () => void (site = await serveSite()));
after(() => site?.close());

for (const engine of engines) {
  describe(engine, () => {
    let browser: Browser;
    let page: Page;
    let compared: Compared;
    before(async () => {
      browser = await launch(engine);
      page = await freshPage(browser);
      await page.goto(site.url + PATH);
      compared = new Compared(page);
    });
    after(() => browser?.close());

    test("the recorded runs are there, each under its title", async () => {
      assert.match(
        await compared.text("figcaption"),
        /recorded on CPython [\d.]+: In turn [\d.]+ s, Together [\d.]+ m?s/,
      );
      const lanes = await compared.lanes();
      const at = lanes.indexOf("Together");
      assert.equal(lanes[0], "In turn");
      assert.ok(at > 1 && at < lanes.length - 4, lanes.join(", "));
    });

    test("a state that is chosen marks its line in the program it is of", async () => {
      await page.focus(`${SELECTOR} .tl-chart`);
      await page.waitForSelector(`${SELECTOR} .tl-scroll [role=button]`);
      const marked = () =>
        page.$$eval(".runnable-marked", (lines) =>
          lines.map((line) => line.closest("runnable-snippet")!.getAttribute("data-name")),
        );
      for (const name of ["In turn", "Together"]) {
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
        const program = name === "In turn" ? "overlap/in_turn" : "overlap/together";
        assert.ok((await marked()).includes(program), `${name}: ${(await marked()).join()}`);
      }
    });

    test("both are run, and compared as they ran here", async () => {
      await compared.press("Run both here");
      await compared.said(/Running “In turn”/);
      const said = await compared.said(/^Ran in/);
      const [, inTurn, together] = /In turn ([\d.]+) s, Together ([\d.]+) (?:ms|s)/.exec(said)!;
      assert.ok(Number(inTurn) > 1.3 && together !== undefined, said);
      await page.waitForFunction(
        (selector) => /of these runs/.test(document.querySelector(selector)!.textContent),
        { polling: "mutation" },
        `${SELECTOR} figcaption`,
      );
      const lanes = await compared.lanes();
      assert.deepEqual([lanes[0], lanes.includes("Together")], ["In turn", true]);
      // It is a run that is over, so it can be stepped through.
      await compared.press("Step through");
      await page.waitForSelector(`${SELECTOR} .tl-player`);
      await compared.press("Close");
      await compared.press("Show the recordings");
      assert.match(await compared.text("figcaption"), /recorded on CPython/);
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
      await widget.press("Reset");
    });

    test("Stop ends it, and so does another Run", async () => {
      await compared.press("Run both here");
      await compared.said(/Running/);
      await compared.press("Stop");
      await compared.said(/^Stopped\.$/);
      await compared.press("Run both here");
      await compared.said(/Running/);
      await new Widget(page, '[data-name="overlap/in_turn"]').run();
      await compared.said(/^Stopped, because you ran overlap\/in_turn\.py\.$/);
    });

    if (engine === "chromium") {
      test("nothing is in the way of weak eyes or a keyboard", async () => {
        assert.deepEqual(await violations(page), []);
      });
    }
  });
}
