/**
 * Widgets, questions and comparisons whose programs have not been recorded yet. The server removes the
 * recordings from the pages of the built site.
 */
// suite: light
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { answer } from "../../../runtime/timeline/drawing/prerender.ts";
import { chromiumTest, engines, testOfPage } from "../support/runner.ts";
import {
  freshPage,
  launch,
  serveSite,
  siteDirectory,
  unfold,
  untilText,
  usePage,
  visitAfresh,
  Widget,
  type Site,
} from "../support/site.ts";
import { violations } from "../support/violations.ts";

/** What a page says in place of the output, without and with scripts. */
const NOTE = "Not recorded yet.";
const ADVICE = `${NOTE} Press Run to run this program in your browser.`;

const OVERLAP = "/tutorials/first-overlap/";
const QUESTIONS = "/reference/misconceptions/";
const EXPLORER = "/how-to/try-every-order/";
const SNIPPET = '[data-name="overlap/together"]';
/** The id of the snippet below a question about Ada and Ben. The second of the three answers is right. */
const READERS = "switching-predict";

/** If the address has this query, only one program of the comparison on the page is not recorded. */
const PARTLY = "?partly";

/** Replaces all matches of a pattern. It is an error if there is none. */
function replace(html: string, pattern: RegExp, by: (...found: string[]) => string): string {
  assert.match(html, pattern);
  return html.replaceAll(new RegExp(pattern.source, "gs"), by);
}

/** Returns a page as mkdocs_runnable/pages/widget.py makes it if no program is recorded. */
function withoutRecordings(html: string): string {
  const widgets = replace(html, /<runnable-snippet (.*?)<\/runnable-snippet>/s, (widget) => {
    const output = /(?<=<div class="runnable-output"[^>]*>).*?(?=<\/div>)/s;
    return replace(widget, output, () => `<p class="runnable-origin">${NOTE}</p>`)
      .replace(/<figure class="runnable-timeline">.*?<\/figure>/s, "")
      .replace("<runnable-snippet ", '<runnable-snippet data-unrecorded="" ');
  });
  return widgets
    .replaceAll(/(<predict-question [^>]*?) data-recorded="\d"/g, "$1")
    .replaceAll(/(<p class="predict-result">)[^<]*/g, "$1");
}

/** Returns the page with the comparison as it is if only the programs with these titles are recorded. */
function withComparison(html: string, recorded: string[]): string {
  const titles = ["One by one", "Together"];
  const names = ["in_turn", "together"];
  const runs: { title: string; trace: string }[] = [];
  for (const [index, title] of titles.entries()) {
    if (!recorded.includes(title)) continue;
    const path = `snippets/overlap/${names[index]!}.trace.json`;
    runs.push({ title, trace: readFileSync(path, "utf8") });
  }
  const figure =
    runs.length > 0
      ? (answer({ name: "compare-0", runs }) as { html: string }).html
      : '<figure class="runnable-timeline" hidden></figure>';
  const missing = titles.filter((title) => !recorded.includes(title));
  const note = `<p class="compare-unrecorded">Not recorded yet: ${missing.join(", ")}.</p>`;
  const marked = replace(html, /(?<=<timeline-compare .*?data-runs=").*?(?=")/s, (runs) =>
    runs.replaceAll(/&quot;title&quot;: &quot;(.*?)&quot;/g, (text, title: string) =>
      missing.includes(title) ? `${text}, &quot;unrecorded&quot;: true` : text,
    ),
  );
  return replace(
    marked,
    /(?<=<timeline-compare [^>]*>\n)<figure.*?<\/figure>/s,
    () => `${figure}\n${note}`,
  );
}

/** The pages that the server sends in place of those of the built site, by their addresses. */
const pages = new Map<string, string>();

function intercept({ url = "" }: IncomingMessage, response: ServerResponse): boolean {
  const page = pages.get(url);
  if (page === undefined) return false;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
  return true;
}

let site: Site;
before(async () => {
  for (const path of [OVERLAP, QUESTIONS, EXPLORER]) {
    const html = readFileSync(join(siteDirectory, path, "index.html"), "utf8");
    pages.set(path, withoutRecordings(html));
  }
  const overlap = pages.get(OVERLAP)!;
  pages.set(OVERLAP, withComparison(overlap, []));
  pages.set(OVERLAP + PARTLY, withComparison(overlap, ["Together"]));
  site = await serveSite(undefined, intercept);
});
after(() => site?.close());

for (const engine of engines) {
  const testInChromium = chromiumTest(engine);
  const pageTest = testOfPage(engine);

  describe(engine, () => {
    let browser: Browser;
    let page: Page;
    before(async () => void (browser = await launch(engine)));
    after(() => browser?.close());
    const shared = usePage(() => freshPage(browser));
    beforeEach(() => void (page = shared.page));

    /** Opens a page, and waits until the widget has its controls. */
    const open = async (path: string, selector: string): Promise<Widget> => {
      await visitAfresh(page, site.url, path);
      await unfold(page);
      const widget = new Widget(page, selector);
      await widget.button("Run");
      return widget;
    };
    const isVisible = (selector: string): Promise<boolean> =>
      page.$eval(selector, (element) => element.checkVisibility());

    test("after a run, Reset shows the note again, and Undo shows the output of the run again", async () => {
      const widget = await open(OVERLAP, SNIPPET);
      const nothing = { origin: ADVICE, text: "", stderr: "", notes: [] };
      assert.deepEqual(await widget.shown(), nothing);
      assert.equal(await page.$(`${SNIPPET} [role=log] pre`), null, "no empty output");
      const { origin, text } = await widget.run();
      assert.match(origin, /^Ran in your browser · Python [\d.]+$/);
      assert.match(text, /done: 1\.35 s of waiting/);
      await page.waitForSelector(`${SNIPPET} > .runnable-timeline`, { visible: true });
      await widget.press("Reset");
      assert.deepEqual(await widget.shown(), nothing);
      assert.equal(await isVisible(`${SNIPPET} > .runnable-timeline`), false);
      await untilText(page, `${SNIPPET} .runnable-notices`, /Reset to the published code\./);
      await widget.press("Undo");
      assert.equal((await widget.shown()).text, text);
      assert.equal(await isVisible(`${SNIPPET} > .runnable-timeline`), true);
    });

    testInChromium(
      "Copy and Share use the code, and Step pauses before the first line",
      async () => {
        const widget = await open(OVERLAP, SNIPPET);
        await page.evaluate(() => {
          const copied: string[] = [];
          const write = (text: string): Promise<void> => Promise.resolve(void copied.push(text));
          Object.assign(window, { copied });
          Object.defineProperty(navigator.clipboard, "writeText", { value: write });
        });
        await widget.press("Copy");
        await widget.press("Share");
        const source = readFileSync("snippets/overlap/together.py", "utf8");
        const copied = await page.waitForFunction(() => {
          const { copied } = window as unknown as { copied: string[] };
          return copied.length > 1 && copied;
        });
        const [code, link] = (await copied.jsonValue()) as string[];
        assert.equal(code, source);
        assert.match(link!, /\/playground\/#/);
        assert.equal((await widget.shown()).origin, ADVICE);
        await widget.press("Step");
        await widget.until(/^Paused in your browser/);
        await widget.press("Resume");
        assert.match((await widget.finished()).text, /done: /);
      },
    );

    testInChromium(
      "a widget that is removed from the page contains the note without the advice again",
      async () => {
        await open(OVERLAP, SNIPPET);
        const log = await page.$eval(SNIPPET, async (snippet) => {
          snippet.remove();
          await new Promise((resolve) => setTimeout(resolve));
          return snippet.querySelector("[role=log]")!.innerHTML;
        });
        assert.equal(log, `<p class="runnable-origin">${NOTE}</p>`);
      },
    );

    testInChromium("on paper, the note is printed without the advice to press Run", async () => {
      const widget = await open(OVERLAP, SNIPPET);
      await page.emulateMediaType("print");
      const printed = await page.$eval(`${SNIPPET} [role=log]`, (log) =>
        (log as HTMLElement).innerText.trim(),
      );
      await page.emulateMediaType();
      assert.equal(printed, NOTE);
      assert.equal((await widget.shown()).origin, ADVICE);
    });

    testInChromium(
      "the interleavings of a program without a recording can be explored",
      async () => {
        const explored = "runnable-snippet[data-explore]";
        const widget = await open(EXPLORER, explored);
        await widget.press("Explore interleavings");
        await untilText(page, `${explored} .runnable-orders-said`, /^Tried all \d+ /, 90_000);
        assert.equal((await widget.shown()).origin, ADVICE);
      },
    );

    pageTest("the reader's own run shows which answer to a question is right", async () => {
      const widget = await open(QUESTIONS, `#${READERS}`);
      const question = `predict-question[data-for="${READERS}"]`;
      await page.waitForSelector(`${question} .predict-bar`);
      assert.equal(
        await isVisible(`#${READERS} [role=log]`),
        true,
        "no output gives the answer away",
      );
      const result = `.predict-program:has(#${READERS}) > .predict-result`;
      const resultText = (): Promise<string> => page.$eval(result, (result) => result.textContent);
      assert.equal(await resultText(), "");
      await page.click(`${question} li:nth-child(1) input`);
      await new Widget(page, question).press("Run it");
      await untilText(page, `${question} [role=status]`, /^You chose 1, but the run matches/);
      assert.equal(await resultText(), "You chose 1, but the run matches answer 2.");
      await widget.press("Reset");
      assert.equal((await widget.shown()).origin, ADVICE);
    });

    pageTest("programs without any recorded timeline can be compared", async () => {
      await open(OVERLAP, SNIPPET);
      const comparison = new Widget(page, "timeline-compare");
      await comparison.button("Run both here");
      const [figure, note] = [
        "timeline-compare > figure",
        "timeline-compare > .compare-unrecorded",
      ];
      assert.deepEqual([await isVisible(figure), await isVisible(note)], [false, true]);
      await comparison.press("Run both here");
      await untilText(page, "timeline-compare figcaption", /of these runs/);
      assert.deepEqual([await isVisible(figure), await isVisible(note)], [true, false]);
      const buttons = await page.$$eval("timeline-compare button", (buttons) =>
        buttons.filter((button) => button.checkVisibility()).map((button) => button.textContent),
      );
      assert.equal(buttons.includes("Show the recordings"), false, "there are no recordings");
    });

    testInChromium(
      "if only one of two programs is recorded, the comparison shows its timeline and names the other",
      async () => {
        await open(OVERLAP + PARTLY, SNIPPET);
        const comparison = new Widget(page, "timeline-compare");
        const note = "timeline-compare > .compare-unrecorded";
        await untilText(page, note, /^Not recorded yet: One by one\.$/);
        await untilText(page, "timeline-compare figcaption", /recorded on CPython/);
        // The first program in the figure is the second program on the page.
        await page.focus("timeline-compare .tl-chart");
        await page.waitForSelector("timeline-compare .tl-scroll [role=button]");
        const { x, y } = await page.$$eval("timeline-compare .tl-label", (labels) => {
          const label = labels.find((label) => /sleep/.test(label.textContent))!;
          label.scrollIntoView({ block: "center" });
          const { x, y, width, height } = label.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2 };
        });
        await page.mouse.click(x, y);
        const marked = await page.$$eval(".runnable-marked", (lines) =>
          lines.map((line) => line.closest("runnable-snippet")!.getAttribute("data-name")),
        );
        assert.deepEqual([...new Set(marked)], ["overlap/together"]);
        await comparison.press("Run both here");
        await untilText(page, "timeline-compare figcaption", /of these runs/);
        assert.equal(await isVisible(note), false);
        await comparison.press("Show the recordings");
        await untilText(page, "timeline-compare figcaption", /recorded on CPython/);
        assert.equal(await isVisible(note), true);
      },
    );

    testInChromium(
      "widgets and comparisons without recordings have no accessibility violations",
      async () => {
        await open(OVERLAP, SNIPPET);
        const parts = `${SNIPPET}, timeline-compare`;
        assert.deepEqual(await violations(page, { parts }), []);
      },
    );
  });
}

test("without JavaScript, nothing advises readers to press a button that is missing", async (context) => {
  const browser = await launch();
  context.after(() => browser.close());
  const page = await freshPage(browser);
  await page.setJavaScriptEnabled(false);
  await page.goto(site.url + OVERLAP);
  const log = await page.$eval(`${SNIPPET} [role=log]`, (log) =>
    (log as HTMLElement).innerText.trim(),
  );
  assert.equal(log, NOTE);
  const comparison = await page.$eval(
    "timeline-compare",
    (comparison) => (comparison as HTMLElement).innerText,
  );
  assert.match(comparison, /^\s*Not recorded yet: One by one, Together\.\s+One by one: overlap/);
});
