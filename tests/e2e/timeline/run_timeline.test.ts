/** The timeline of a reader's own run: it appears below the output and is linked to the source. */
// suite: light
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { engines, chromiumTest } from "../support/runner.ts";
import { freshPage, usePage, useSite, visitAfresh, Widget } from "../support/site.ts";

const PAGE = "/tutorials/first-overlap/";
const SNIPPET = "#overlap-in-turn--asking";

const BLOCKING = `import asyncio
import time


async def rude():
    await asyncio.sleep(0.05)
    time.sleep(0.4)


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(rude())
        group.create_task(asyncio.sleep(0.2))


asyncio.run(main())
`;

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

/** The caption of the figure. */
const caption = (page: Page, widget: string) =>
  page.$eval(`${widget} .runnable-timeline .tl-head`, (head) => head.firstChild?.textContent ?? "");

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
 * Matches the sentence that names a blocking call. On a slow machine, other callbacks block the loop,
 * too, and then the call is one of a list.
 */
function blocked(line: number, lane: string, why: string): RegExp {
  const how = String.raw`${lane} blocked the event loop for [\d.]+\sm?s`;
  return new RegExp(`(?:Line ${line} of ${how}|${how} at line ${line}): ${why}`);
}

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

    /** Opens the page whose snippet has a recorded timeline. */
    const onPage = async () => {
      await visitAfresh(page, site.url, PAGE);
      return new Widget(page, SNIPPET);
    };
    /** Opens the playground with this program in it. */
    const inPlayground = async (source: string) => {
      await visitAfresh(page, site.url, "/playground/");
      const widget = new Widget(page, "runnable-playground");
      await widget.button("Run");
      await widget.write(source);
      return widget;
    };

    test("a run's own timeline replaces the recorded one, and Reset brings the recorded one back", async () => {
      const widget = await onPage();
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
      "after Reset the recording stays, even if the ending run sends further events",
      async () => {
        const widget = await onPage();
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
      const widget = await onPage();
      await widget.run();
      await until(page, SNIPPET, /Timeline of this run/);
      await page.$eval(`${SNIPPET} .tl-chart [tabindex="0"]`, (bar) => (bar as SVGElement).focus());
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

    testInChromium("the timeline names the line and the reason of a blocking call", async () => {
      const widget = await inPlayground(BLOCKING);
      await widget.run();
      await until(page, "runnable-playground", blocked(7, "rude \\(Task-\\d\\)", "time\\.sleep"));
    });

    testInChromium(
      "the timeline also names a callback that blocks the loop outside all tasks",
      async () => {
        const widget = await inPlayground(BUSY_CALLBACK);
        await widget.run();
        await until(page, "runnable-playground", blocked(7, "MainThread", "it computed"));
      },
    );

    test("a program that waits for nothing has no timeline, not even that of an earlier run", async () => {
      const visible = () =>
        page.$$eval(
          "runnable-playground .runnable-timeline",
          (figures) => figures.filter((figure) => figure.checkVisibility()).length,
        );
      const widget = await inPlayground(BLOCKING);
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
      const widget = await inPlayground(
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
