/** A reader who comes back to a page sees nothing of what was run on another page, or of an old run. */
// suite: light
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { testOfPage, engines } from "../support/runner.ts";
import { freshPage, untilText, useSite, Widget } from "../support/site.ts";

/** Two pages that follow one another, and the home page, which shows a program of the first one, too. */
const FIRST = "/tutorials/first-overlap/";
const SECOND = "/tutorials/chess-exhibition/";
const HOME = "/";
/** The first program of each page. */
const FIRST_WIDGETS: Record<string, string> = {
  [FIRST]: "overlap/in_turn",
  [SECOND]: "chess/synchronous",
  [HOME]: "overlap/together",
};
/** The program that the home page and the first page share. */
const SHARED = '[data-name="overlap/together"]';

/**
 * Three threads compute. A run has a timeline, and two notes below its output: that the threads alternated
 * on one core, and where the number of cores comes from.
 */
const BUSY = `
import os, threading
def work():
    for _ in range(3_000_000): pass
threads = [threading.Thread(target=work, name=f"busy {n}") for n in range(3)]
for t in threads: t.start()
for t in threads: t.join()
print("run on", os.cpu_count(), "cores")
`;

/** What a widget shows, apart from its code. */
interface Look {
  name: string | undefined;
  output: string[];
  timeline: string[];
  notices: string[];
  enabled: string[];
  panels: number;
  clock: string | undefined;
}

function look(page: Page): Promise<Look[]> {
  return page.$$eval("runnable-snippet:not([data-native])", (all) =>
    all.map((widget) => {
      const shown = (selector: string): string[] =>
        [...widget.querySelectorAll(selector)]
          .filter((part) => part.checkVisibility())
          .map((part) => part.textContent.trim());
      return {
        name: (widget as HTMLElement).dataset["name"],
        output: shown("[role=log]"),
        timeline: shown(".runnable-timeline figcaption > :first-child"),
        notices: shown(".runnable-notice"),
        enabled: [...widget.querySelectorAll(".runnable-controls button")]
          .filter((button) => button.getAttribute("aria-disabled") !== "true")
          .map((button) => button.textContent),
        panels: widget.querySelectorAll(".runnable-halt").length,
        clock: widget.querySelector<HTMLSelectElement>(".runnable-bar .runnable-pace")?.value,
      };
    }),
  );
}

for (const engine of engines) {
  describe(engine, () => {
    const pageTest = testOfPage(engine);
    const site = useSite(engine);
    let page: Page;
    let widget: Widget;
    beforeEach(async () => {
      page = await freshPage(site.browser);
      widget = new Widget(page, SHARED);
    });
    afterEach(() => page.browserContext().close());

    /** Waits until the widgets of a page have come to life. The address changes before the page does. */
    async function arrived(path: string): Promise<void> {
      await page.waitForFunction(
        (path, name) => {
          const widgets = [
            ...document.querySelectorAll<HTMLElement>("runnable-snippet:not([data-native])"),
          ];
          return (
            location.pathname === path &&
            widgets[0]?.dataset["name"] === name &&
            widgets.every((widget) => widget.querySelector(".runnable-controls"))
          );
        },
        { timeout: 60_000 },
        path,
        FIRST_WIDGETS[path],
      );
    }

    async function open(path: string): Promise<void> {
      await page.goto(site.url + path);
      await arrived(path);
    }

    /** Follows a link by instant navigation, which keeps the document. */
    async function follow(path: string): Promise<void> {
      await page.evaluate((path) => {
        const link = [...document.querySelectorAll("a")].find(
          (a) => a.pathname === path && !a.hash,
        );
        link!.click();
      }, path);
      await arrived(path);
    }

    const back = async (path: string) => {
      await page.goBack();
      await arrived(path);
    };

    /**
     * Opens pages one after another, and returns what each of them shows before any run. The last one stays
     * open.
     */
    const looksBeforeRuns = async (...paths: string[]) => {
      const looks: Look[][] = [];
      for (const path of paths) {
        await open(path);
        looks.push(await look(page));
      }
      return looks;
    };

    test("by links, each page shows its recordings again, and nothing of runs that have ended", async () => {
      const [second, first] = await looksBeforeRuns(SECOND, FIRST);
      await page.evaluate(() => Object.assign(globalThis, { stayed: true }));
      await widget.write(BUSY);
      assert.match((await widget.run()).text, /run on \d+ cores/);
      await widget.press("Reset");
      await untilText(page, `${SHARED} .runnable-notices`, /Undo/);
      await widget.press("Undo");
      await follow(SECOND);
      assert.deepEqual(await look(page), second);
      assert.equal(await page.$(".runnable-live, .runnable-difference, .runnable-toast"), null);
      await back(FIRST);
      // The edit is kept, so the button that discards it is enabled.
      const edited = await look(page);
      for (const each of edited) {
        if (each.name === "overlap/together")
          each.enabled = each.enabled.filter((n) => n !== "Reset");
      }
      assert.deepEqual(edited, first);
      assert.equal(await page.evaluate(() => "stayed" in globalThis), true);
    });

    pageTest(
      "by links, a paused program leaves neither its panel nor its timeline behind",
      async () => {
        const [second, first] = await looksBeforeRuns(SECOND, FIRST);
        await widget.press("Step");
        await page.waitForSelector(`${SHARED} .runnable-halt`);
        await follow(SECOND);
        assert.deepEqual(await look(page), second);
        await back(FIRST);
        await widget.until(/Your last run was stopped because you left the page/);
        // After a run to the end, the note about the run before is no longer true.
        await widget.run();
        await widget.press("Reset");
        await page.waitForFunction(
          (selector) => !document.querySelector(`${selector} .runnable-live`),
          {},
          SHARED,
        );
        assert.deepEqual((await widget.shown()).notes, []);
        const [before, after] = [first, await look(page)].map((widgets) =>
          widgets!.map(({ output, timeline }) => ({ output, timeline })),
        );
        assert.deepEqual(after, before);
      },
    );

    pageTest(
      "a run that was stopped is reported on its own page only, not beside the same program elsewhere",
      async () => {
        const [home] = await looksBeforeRuns(HOME, FIRST);
        await widget.write("print('spinning')\nwhile True: pass\n");
        await widget.press("Run");
        await widget.until(/spinning/);
        await follow(HOME);
        await page.waitForSelector(SHARED);
        const [before, after] = [home, await look(page)].map((widgets) =>
          widgets!.map(({ output }) => output),
        );
        assert.deepEqual(after, before);
        await back(FIRST);
        await widget.until(/Your last run was stopped because you left the page/);
      },
    );

    test("after a reload, and after a document without widgets, a page shows no run of another page", async () => {
      const [second, first] = await looksBeforeRuns(SECOND, FIRST);
      await widget.run();
      await page.goto(`${site.url}/llms.txt`);
      await open(SECOND);
      assert.deepEqual(await look(page), second);
      const other = new Widget(page);
      await other.run();
      await page.reload();
      await arrived(SECOND);
      assert.deepEqual(await look(page), second);
      // The browser may keep the whole page, with its last run, or load it again. Puppeteer's `goBack`
      // waits for a page that is loaded.
      await page.evaluate(() => setTimeout(() => history.go(-2)));
      await arrived(FIRST);
      const kept = (await widget.shown()).origin;
      if (!kept.startsWith("Ran in your browser")) assert.deepEqual(await look(page), first);
      assert.match((await widget.run()).origin, /^Ran in your browser/);
    });

    pageTest(
      "the note that the program of a shared link was stopped is not shown beside the reader's own program",
      async () => {
        const playground = new Widget(page, "runnable-playground");
        const code = "print('spinning')\nwhile True: pass\n";
        const encoded = await page.evaluate(async (code) => {
          const stream = new Blob([code]).stream().pipeThrough(new CompressionStream("gzip"));
          const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
          return btoa(String.fromCharCode(...bytes))
            .replaceAll("+", "-")
            .replaceAll("/", "_");
        }, code);
        const link = `/playground/#code=${encoded.replaceAll("=", "")}`;
        await page.goto(site.url + link);
        await playground.press("Run");
        await playground.until(/spinning/);
        await page.goto(`${site.url}/llms.txt`);
        await page.goto(`${site.url}/playground/`);
        await playground.button("Run");
        assert.deepEqual(await playground.shown().then(({ origin, notes }) => [origin, notes]), [
          "Not run yet",
          [],
        ]);
        await page.goto(`${site.url}/llms.txt`);
        await page.goto(site.url + link);
        await playground.until(/Your last run was stopped because you left the page/);
      },
    );
  });
}
