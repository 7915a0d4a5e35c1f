/** The timeline of a reader's own run: it replaces the recorded one and is linked to the source. */
// suite: light
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { chromiumTest, engines } from "../support/runner.ts";
import { freshPage, usePage, useSite, visitAfresh, Widget } from "../support/site.ts";

const PAGE = "/tutorials/first-overlap/";
/** A snippet on this page that has a recorded timeline. */
const SNIPPET = "#overlap-in-turn--asking";

/** A task blocks the event loop at line 7. */
const BLOCKING = `import asyncio
import time


async def block():
    await asyncio.sleep(0.05)
    time.sleep(0.4)


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(block())
        group.create_task(asyncio.sleep(0.2))


asyncio.run(main())
`;

/** A callback that belongs to no task blocks the event loop at line 7, by computing. */
const BUSY_CALLBACK = `import asyncio
import time


def count():
    end = time.perf_counter() + 0.3
    while time.perf_counter() < end: pass


async def main():
    asyncio.get_running_loop().call_later(0.05, count)
    await asyncio.sleep(0.1)


asyncio.run(main())
`;

/** The caption of a widget's timeline. */
const caption = (page: Page, widget: string) =>
  page.$eval(`${widget} .runnable-timeline .tl-head`, (head) => head.firstChild?.textContent ?? "");

/** Waits until the text of a widget's timeline matches a pattern. */
const until = (page: Page, widget: string, pattern: RegExp) =>
  page.waitForFunction(
    (selector, source) =>
      new RegExp(source).test(
        document.querySelector(`${selector} .runnable-timeline`)?.textContent ?? "",
      ),
    { polling: "mutation", timeout: 60_000 },
    widget,
    pattern.source,
  );

/**
 * Matches the sentence that names a blocking call: its line, its lane, and why it blocks. On a slow
 * machine, other callbacks block the event loop, too, and then the sentence is one of a list and has
 * another form.
 */
function blocked(line: number, lane: string, why: string): RegExp {
  const how = String.raw`${lane} blocked the event loop for [\d.]+\sm?s`;
  return new RegExp(`(?:Line ${line} of ${how}|${how} at line ${line}): ${why}`);
}

/** The texts of the marked lines of a widget's program. */
const marked = (page: Page, widget: string) =>
  page.$$eval(`${widget} .runnable-marked`, (lines) =>
    lines.map((line) => line.textContent.trim()),
  );

for (const engine of engines) {
  describe(engine, () => {
    const testInChromium = chromiumTest(engine);
    const site = useSite(engine);
    const shared = usePage(() => freshPage(site.browser));
    let page: Page;
    beforeEach(() => void (page = shared.page));

    /** Opens the page with the snippet, and returns its widget. */
    const openPage = async () => {
      await visitAfresh(page, site.url, PAGE);
      return new Widget(page, SNIPPET);
    };
    /** Opens the playground with this program in it. */
    const openInPlayground = async (source: string) => {
      await visitAfresh(page, site.url, "/playground/");
      const widget = new Widget(page, "runnable-playground");
      await widget.button("Run");
      await widget.write(source);
      return widget;
    };

    test("a run's own timeline replaces the recorded one, and Reset brings the recorded one back", async () => {
      const widget = await openPage();
      await widget.button("Run");
      assert.match(await caption(page, SNIPPET), /^Timeline recorded on CPython 3\.\d+: 1 task/);
      await widget.run();
      await until(page, SNIPPET, /Timeline of this run, in your browser: 1 task/);
      await widget.press("Reset");
      await until(page, SNIPPET, /Timeline recorded on CPython 3/);
      await widget.press("Undo");
      await until(page, SNIPPET, /Timeline of this run, in your browser/);
    });

    testInChromium(
      "after Reset during a run, the recorded timeline stays, even if the run sends further events before it ends",
      async () => {
        const widget = await openPage();
        // The program must still be running when Pause is pressed, however slow the machine is.
        await widget.write("import time\nprint('ready')\ntime.sleep(600)\n");
        await widget.press("Run");
        await until(page, SNIPPET, /Timeline of this run, in your browser/);
        await widget.press("Pause");
        await widget.button("Resume");
        await widget.press("Reset");
        await widget.button("Run");
        assert.match(await caption(page, SNIPPET), /^Timeline recorded on CPython 3/);
      },
    );

    if (engine === "chromium") {
      test("a run that ends before the code of its timeline has arrived still gets its complete timeline", async () => {
        const late = await freshPage(site.browser);
        await late.setRequestInterception(true);
        const held: (() => void)[] = [];
        late.on("request", (request) => {
          const proceed = () => void request.continue();
          // The file contains the code that collects the events of a run for its timeline.
          if (/\/collect-[^/]*\.js$/.test(request.url())) held.push(proceed);
          else proceed();
        });
        const requested = late.waitForRequest((request) =>
          /\/collect-[^/]*\.js$/.test(request.url()),
        );
        await late.goto(site.url + PAGE);
        await new Widget(late, SNIPPET).run();
        await requested;
        held.forEach((proceed) => proceed());
        await until(late, SNIPPET, /Timeline of this run, in your browser/);
        // Only a run that has ended can be stepped through.
        await late.waitForSelector(`${SNIPPET} .runnable-timeline ::-p-text(Step through)`, {
          visible: true,
        });
        await late.close();
      });
    }

    test("a selected segment marks its line of the source", async () => {
      const widget = await openPage();
      await widget.run();
      await until(page, SNIPPET, /Timeline of this run/);
      await page.$eval(`${SNIPPET} .tl-chart [tabindex="0"]`, (segment) =>
        (segment as SVGElement).focus(),
      );
      const focusedName = () => page.evaluate(() => document.activeElement?.ariaLabel ?? "");
      await page.keyboard.press("ArrowDown");
      for (let key = 0; key < 9 && !/^main \(Task-1\) slept/.test(await focusedName()); key++) {
        await page.keyboard.press("ArrowRight");
      }
      assert.match(await focusedName(), /^main \(Task-1\) slept/);
      await page.keyboard.press("Enter");
      await page.waitForSelector(`${SNIPPET} .runnable-marked`);
      const [line] = await marked(page, SNIPPET);
      assert.match(line!, /await asyncio\.sleep/);
    });

    testInChromium(
      "the timeline names the line of a blocking call and says why it blocks",
      async () => {
        const widget = await openInPlayground(BLOCKING);
        await widget.run();
        await until(
          page,
          "runnable-playground",
          blocked(7, "block \\(Task-\\d\\)", "time\\.sleep"),
        );
      },
    );

    testInChromium(
      "the timeline also names the line of a blocking callback that belongs to no task",
      async () => {
        const widget = await openInPlayground(BUSY_CALLBACK);
        await widget.run();
        await until(page, "runnable-playground", blocked(7, "MainThread", "it computed"));
      },
    );

    test("for a program that waits for nothing, no timeline is shown, not even that of an earlier run", async () => {
      const visible = () =>
        page.$$eval(
          "runnable-playground .runnable-timeline",
          (figures) => figures.filter((figure) => figure.checkVisibility()).length,
        );
      const widget = await openInPlayground(BLOCKING);
      await widget.run();
      await until(page, "runnable-playground", /Timeline of this run/);
      assert.equal(await visible(), 1);
      await widget.write('print("no waiting")\n');
      await widget.press("Run");
      await widget.until(/no waiting[^]*Ran in your browser|Ran in your browser[^]*no waiting/);
      await widget.button("Run");
      assert.equal(await visible(), 0);
    });

    testInChromium("threads and processes have lanes of their own", async () => {
      const widget = await openInPlayground(
        `import multiprocessing, threading, time

def work():
    time.sleep(0.1)

if __name__ == "__main__":
    thread = threading.Thread(target=work, name="helper")
    process = multiprocessing.Process(target=work, name="second")
    process.start()
    thread.start()
    thread.join()
    process.join()
`,
      );
      await widget.run();
      await until(page, "runnable-playground", /helper[^]*second|second[^]*helper/);
    });
  });
}
