/** Exploring the interleavings of a program on a page: results, the steps that lead to them, controls. */
// suite: light
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser, HTTPResponse, Page } from "puppeteer-core";
import { chromiumTest, engines, testOfPage, WITHOUT_STACK_SWITCHING } from "../support/runner.ts";
import {
  freshPage,
  launch,
  serveSite,
  untilText,
  usePage,
  Widget,
  type Site,
} from "../support/site.ts";
import { expectPainted, prefer } from "../support/schemes.ts";
import { violations } from "../support/violations.ts";

/**
 * This page shows the programs in snippets/interleavings/, each with a panel. The line numbers in the
 * tests are those of these programs.
 */
const PAGE = "/how-to/try-every-order/";
/** A program whose lost update needs a switch between lines 5 and 6, which CPython with a GIL never makes. */
const WITHDRAW = `import threading
balance = 100
def withdraw(n):
    global balance
    current = balance
    balance = current - n
a = threading.Thread(target=withdraw, args=(10,), name="Ada")
b = threading.Thread(target=withdraw, args=(20,), name="Ben")
a.start(); b.start(); a.join(); b.join()
assert balance == 70, balance
`;
/** Sets an event loop in the main thread, which is not that of the other thread or of the next run. */
const CURRENT_LOOP = `import asyncio, threading
def current_loop():
    try:
        return asyncio.get_event_loop()
    except RuntimeError:
        return None
def work():
    assert current_loop() is None, "the loop of another thread"
assert current_loop() is None, "the loop of another run"
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
thread = threading.Thread(target=work)
thread.start(); thread.join()
assert current_loop() is loop
`;
/** A program with so many interleavings that there is time to press Stop during the exploration. */
const WITHDRAW_OFTEN = `import threading
balance = 100
def withdraw(n):
    global balance
    for _ in range(20):
        current = balance
        len("")
        balance = current - n
threads = [threading.Thread(target=withdraw, args=(1,)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert balance == 20, balance
`;
const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };

/** The panel in which a page explores the interleavings of a program in snippets/interleavings/. */
class ExplorerPanel extends Widget {
  constructor(
    page: Page,
    name: string,
    selector = `runnable-snippet[data-name="interleavings/${name}"]`,
  ) {
    super(page, selector);
  }

  /** The text of a part of the panel or its widget. */
  text(part: string): Promise<string> {
    return this.page.$eval(`${this.selector} ${part}`, (element) => element.textContent ?? "");
  }

  /** Waits until the result matches, and returns the result. */
  async untilResult(pattern: RegExp): Promise<string> {
    await untilText(this.page, `${this.selector} .runnable-orders-said`, pattern, 90_000);
    return this.text(".runnable-orders-said");
  }

  /** Explores all interleavings, and returns the result. */
  async tryAll(): Promise<string> {
    await this.press("Explore interleavings");
    return this.untilResult(/./);
  }

  /** The menu in which readers choose where threads may switch. */
  get switches(): string {
    return `${this.selector} .runnable-orders-switches select`;
  }

  /** The threads or tasks that can be chosen to run next, as their buttons name them. */
  options(): Promise<string[]> {
    return this.page.$$eval(`${this.selector} .runnable-turns button`, (all) =>
      all.map((option) => option.textContent ?? ""),
    );
  }

  /** The summary of the choices, once `count` of them have been made. */
  async chosen(count: number): Promise<string> {
    const place = `${this.selector} .runnable-stepper-place`;
    await untilText(this.page, place, new RegExp(`^${String(count)} choices?\\b`));
    return this.text(".runnable-stepper-place");
  }

  /** The numbers of the marked lines of the program. */
  marked(): Promise<number[]> {
    return this.page.$$eval(`${this.selector} .runnable-marked`, (lines) =>
      lines.map((line) => Number((line as HTMLElement).dataset["line"])),
    );
  }

  /**
   * The step that is shown, and all later ones: their descriptions, the lines that they mark, and what
   * the program has printed until then.
   */
  async steps(): Promise<{ text: string; line: number; printed: string }[]> {
    const steps = [];
    for (;;) {
      const [line = 0] = await this.marked();
      const [text, printed] = await Promise.all([
        this.text(".runnable-stepper-told"),
        this.text(".runnable-stepper > pre:last-child"),
      ]);
      steps.push({ text, line, printed });
      const [, step, total] = /Step (\d+) of (\d+)/.exec(
        await this.text(".runnable-stepper-place"),
      )!;
      if (step === total) return steps;
      await this.press("Next");
    }
  }
}

let site: Site;
before(async () => void (site = await serveSite()));
after(() => site?.close());

for (const engine of engines) {
  describe(engine, () => {
    const testInChromium = chromiumTest(engine);
    const pageTest = testOfPage(engine);
    let browser: Browser;
    let page: Page;
    before(async () => {
      browser = await launch(engine);
    });
    after(() => browser?.close());
    // Each test starts an exploration of its own, so the tests can share a page.
    const shared = usePage(async () => {
      const opened = await freshPage(browser);
      await opened.goto(site.url + PAGE);
      return opened;
    });
    beforeEach(() => void (page = shared.page));

    test("the lost update of two doors that count visitors is found and can be stepped through", async () => {
      const doors = new ExplorerPanel(page, "doors");
      const report = await doors.tryAll();
      assert.match(
        report,
        /^Tried all \d+ interleavings with at most 2 forced switches: \d+ of them break the/,
      );
      assert.match(await doors.text(".runnable-orders-broken"), /line 22: AssertionError/);
      const endings = await page.$$eval(`${doors.selector} .runnable-orders-endings li`, (all) =>
        all.map((ending) => ending.textContent?.replace(/^.*? times: /, "")),
      );
      assert.equal(new Set(endings).size, 4, "each ending is different from the others");
      const steps = await doors.steps();
      const first = steps.findIndex(({ text }) => text.startsWith("front door"));
      assert.match(steps[first]!.text, /, then is interrupted\..*seen = 0/);
      assert.equal(steps[first]!.line, 12);
      assert.match(steps[first]!.text, /front door: 0 so far/);
      assert.match(steps.at(-1)!.text, /AssertionError/);
      assert.equal(steps.at(-1)!.line, 22);
      assert.match(steps.at(-1)!.printed, /^front door: 0 so far\n.*\n1 visitors\n$/);
      await doors.press("Previous");
      assert.match(await doors.text(".runnable-stepper-place"), /Step 6 of 7/);
    });

    testInChromium(
      "the deadlock of two threads is found, with the line at which each thread waits",
      async () => {
        const drawers = new ExplorerPanel(page, "drawers");
        assert.match(await drawers.tryAll(), /of them break the program/);
        const ending = await drawers.text(".runnable-orders-broken");
        assert.match(ending, /deadlock.*Ada waits at line 8 for a lock.*Ben waits at line 8/s);
        const steps = await drawers.steps();
        // The first letters of each step say who ran: "The" is the main thread.
        assert.deepEqual(
          steps.slice(-3).map(({ text, line }) => [text.slice(0, 3), line]),
          [
            ["The", 15],
            ["Ben", 8],
            ["The", 16],
          ],
        );
      },
    );

    pageTest("the interleaving of two tasks that sells one chess set twice is found", async () => {
      const seat = new ExplorerPanel(page, "seat");
      assert.match(await seat.tryAll(), /^Tried all \d+ possible interleavings: 2 of them break/);
      const steps = await seat.steps();
      assert.match(steps.at(-1)!.text, /AssertionError: -1 left in stock/);
      assert.equal(steps.at(-1)!.printed, "Ada gets the chess set\nBen gets the chess set\n");
    });

    test("the reader chooses which thread runs next until the program breaks, and steps back", async () => {
      const drawers = new ExplorerPanel(page, "drawers");
      await drawers.press("Choose the next step yourself");
      assert.equal(await drawers.chosen(0), "0 choices");
      assert.deepEqual(await drawers.options(), [
        "Ada starts at line 6",
        "The main thread resumes at line 14",
      ]);
      let made = 0;
      const choose = async (option: string): Promise<void> => {
        await drawers.press(option);
        await drawers.chosen(++made);
      };
      const description = () => drawers.text(".runnable-stepper-told");
      // In this step, Ada has taken the lock of the till and is about to take that of the safe at line 8.
      while (!(await description()).includes("Ada runs lines 7 and 8.")) {
        await choose((await drawers.options())[0]!);
      }
      assert.deepEqual(await drawers.marked(), [8]);
      for (let options = await drawers.options(); options.length > 0;) {
        await choose(options.find((option) => !option.startsWith("Ada"))!);
        options = await drawers.options();
      }
      assert.match(
        await description(),
        /ends in a deadlock.*Ada waits at line 8.*Ben waits at line 8/s,
      );
      assert.match(await description(), /You have found an interleaving that breaks the program\./);
      const [marked] = await drawers.marked();
      assert.match(await drawers.text(".runnable-at"), new RegExp(`^\\s*${String(marked)}\\b`));
      assert.match(await drawers.text(".runnable-stepper-place"), /, \d forced switch(es)?$/);
      await drawers.press("Step back");
      await drawers.chosen(made - 1);
      assert.ok((await drawers.options()).length > 1);
      await drawers.press("Run to the end");
      await untilText(
        page,
        `${drawers.selector} .runnable-stepper-told`,
        /The program (ends|exits)/,
      );
      assert.equal((await drawers.options()).length, 0);
    });

    testInChromium("the reader can choose which task runs next, too", async () => {
      const seat = new ExplorerPanel(page, "seat");
      await seat.press("Choose the next step yourself");
      await seat.chosen(0);
      await seat.press("Ben starts at line 16");
      assert.equal(await seat.chosen(1), "1 choice, 1 task out of turn");
      assert.deepEqual(await seat.options(), ["Ben resumes at line 17", "Ada resumes at line 9"]);
      await seat.press("Ben resumes at line 17");
      await seat.chosen(2);
      assert.match(await seat.text(".runnable-stepper-told"), /AssertionError: -1 left in stock/);
      assert.match(await seat.text(".runnable-stepper > pre:last-child"), /Ada gets.*\nBen gets/);
      await seat.write("print('other code')\n");
      assert.match(await seat.text(".runnable-orders-said"), /The code has changed/);
      await seat.press("Choose the next step yourself");
      await untilText(page, `${seat.selector} .runnable-stepper-told`, /ends normally/);
      await seat.press("Reset");
    });

    testInChromium(
      "each press of the button tries other random interleavings, and the result names the seed",
      async () => {
        const doors = new ExplorerPanel(page, "doors");
        await doors.press("Try random interleavings");
        const report = await doors.untilResult(/seed 1/);
        assert.match(
          report,
          /^Tried 500 random interleavings \(seed 1\): \d+ of them break the program\./,
        );
        await doors.press("Try random interleavings");
        assert.notEqual((await doors.untilResult(/seed 2/)).replace("seed 2", "seed 1"), report);
        await doors.steps();
      },
    );

    test("each thread of each run has a current event loop of its own", async () => {
      const doors = new ExplorerPanel(page, "doors_locked");
      await doors.write(CURRENT_LOOP);
      assert.match(
        await doors.tryAll(),
        /^Tried all \d+ interleavings with at most \d forced switches: none breaks the program\./,
      );
      await doors.press("Reset");
    });

    test("a lost update is found if the reader lets threads switch between any two bytecodes", async () => {
      const doors = new ExplorerPanel(page, "doors_locked");
      await doors.write(WITHDRAW);
      assert.match(
        await doors.tryAll(),
        /: none breaks the program\..* where CPython 3\.14 with a GIL can switch them\. This does not show/,
      );
      await page.select(doors.switches, "bytecodes");
      const report = await doors.tryAll();
      assert.match(report, /at most 2 forced switches: \d+ of them break the program\./);
      assert.match(report, /Threads could switch between any two bytecodes/);
      const steps = await doors.steps();
      assert.ok(
        steps.some(({ text }) => text.includes("it has read balance = 100 and has not stored it")),
        JSON.stringify(steps),
      );
      await doors.press("Choose the next step yourself");
      await doors.chosen(0);
      const seen: string[] = [];
      for (let made = 1; ; made++) {
        const options = await doors.options();
        if (options.length === 0) break;
        seen.push(...options);
        await doors.press(options[0]!);
        await doors.chosen(made);
      }
      assert.ok(seen.includes("Ada resumes at line 6 and stores balance"), seen.join("; "));
      await doors.press("Reset");
      assert.match(await doors.tryAll(), /: none breaks the program\./);
      await page.select(doors.switches, "gil");
    });

    pageTest(
      "an edited program is explored as edited, Stop ends the exploration, and a syntax error is reported",
      async () => {
        const doors = new ExplorerPanel(page, "doors_locked");
        await doors.press("Explore interleavings");
        await doors.untilResult(/interleavings/);
        await doors.write(
          "from threading import Thread\n\n\ndef work():\n    for _ in range(30):\n        len('')\n" +
            "\n\nfor _ in range(4):\n    Thread(target=work).start()\n",
        );
        assert.match(await doors.text(".runnable-orders-said"), /The code has changed/);
        await doors.press("Explore interleavings");
        await page.waitForFunction(
          (selector) =>
            /^[\d,]+ interleavings tried/.test(document.querySelector(selector)?.textContent ?? ""),
          { timeout: 90_000, polling: "mutation" },
          `${doors.selector} .runnable-orders-progress`,
        );
        await doors.press("Stop");
        assert.match(
          await doors.untilResult(/Stopped after/),
          // A browser that cannot interrupt Python ends the explorer, so that it reports nothing.
          /^Stopped after [\d,]+ interleavings(?:: none breaks the program\. All have the same .+)?\.$/,
        );
        await doors.write("print('one'\n");
        await doors.press("Explore interleavings");
        assert.match(await doors.untilResult(/never closed/), /^Line 1: '\(' was never closed\.$/);
      },
    );

    pageTest("Stop shows the failures that have been found so far", async () => {
      const doors = new ExplorerPanel(page, "doors_locked");
      await doors.write(WITHDRAW_OFTEN);
      await doors.press("Explore interleavings");
      await page.waitForFunction(
        (selector) =>
          / tried, [1-9][\d,]* broke the program/.test(
            document.querySelector(selector)?.textContent ?? "",
          ),
        { timeout: 90_000, polling: "mutation" },
        `${doors.selector} .runnable-orders-progress`,
      );
      await doors.press("Stop");
      assert.match(
        await doors.untilResult(/Stopped after/),
        /^Stopped after [\d,]+ interleavings: [\d,]+ of them breaks? the program\./,
      );
      assert.match(await doors.text(".runnable-orders-broken"), /AssertionError: \d/);
    });

    testInChromium(
      "the playground explores programs of the reader: with tasks, with one interleaving, and with a library",
      async () => {
        const ownPage = await freshPage(browser);
        await ownPage.goto(`${site.url}/playground/`);
        const playground = new ExplorerPanel(ownPage, "playground", "runnable-playground");
        await playground.write(
          "import asyncio\n\n\nasync def take(name):\n    order.append(name)\n\n\n" +
            "async def main():\n    await asyncio.gather(take('one'), take('two'))\n\n\n" +
            "order = []\nasyncio.run(main())\nassert order == ['one', 'two'], order\n",
        );
        assert.match(
          await playground.tryAll(),
          /^Tried all 2 possible interleavings: 1 of them breaks/,
        );
        const steps = await playground.steps();
        assert.match(steps.at(-1)!.text, /AssertionError: \['two', 'one'\]/);
        await playground.write("import asyncio\nprint('nothing to choose')\n");
        assert.match(
          await playground.tryAll(),
          /^There is only one possible interleaving, and it does not break/,
        );
        await playground.write("import socket\nsocket.create_connection(('127.0.0.1', 1))\n");
        assert.match(
          await playground.tryAll(),
          /There is only one possible interleaving, and it breaks the program\./,
        );
        await playground.write(
          '# /// script\n# dependencies = ["httpx"]\n# ///\nimport httpx\n' +
            "import asyncio\n\n\nasync def take(name):\n    order.append(name)\n\n\n" +
            "async def main():\n    await asyncio.gather(take(httpx.codes.OK), take('two'))\n\n\n" +
            "order = []\nasyncio.run(main())\nassert order[1] == 'two'\n",
        );
        assert.match(
          await playground.tryAll(),
          /^Tried all 2 possible interleavings: 1 of them breaks/,
        );
        await ownPage.close();
      },
    );

    test("programs run as usual after an exploration", async () => {
      const drawers = new ExplorerPanel(page, "drawers");
      assert.equal((await drawers.run()).text, "Ada moves coins\nBen moves coins\n");
    });
  });
}

test("if a browser cannot switch between threads, the panel says so, but it still explores tasks", async () => {
  const browser = await launch("firefox", WITHOUT_STACK_SWITCHING);
  try {
    const page = await freshPage(browser);
    await page.goto(site.url + PAGE);
    assert.equal(
      await new ExplorerPanel(page, "doors").tryAll(),
      "This browser cannot switch between threads; use Chrome 137, Firefox 153 or newer.",
    );
    assert.match(await new ExplorerPanel(page, "seat").tryAll(), /2 of them break the program/);
    const correct = new ExplorerPanel(page, "seat_taken");
    assert.match(
      await correct.tryAll(),
      /^Tried all \d+ possible interleavings: none breaks the program\./,
    );
    assert.equal(await page.$(`${correct.selector} .runnable-stepper`), null);
  } finally {
    await browser.close();
  }
});

describe("accessibility, keyboard and layout", () => {
  let browser: Browser;
  before(async () => void (browser = await launch()));
  after(() => browser?.close());

  for (const [device, viewport] of Object.entries({ desktop: undefined, phone: PHONE })) {
    test(`the panel has no accessibility violations and fits the screen: ${device}`, async () => {
      const page = await freshPage(browser, viewport);
      await prefer(page, "light");
      await page.goto(site.url + PAGE);
      const drawers = new ExplorerPanel(page, "drawers");
      await drawers.tryAll();
      if (device === "phone") {
        const seat = new ExplorerPanel(page, "seat");
        await seat.press("Choose the next step yourself");
        await seat.chosen(0);
      }
      await expectPainted(page, "light");
      const parts = "runnable-snippet";
      assert.deepEqual(await violations(page, { parts }), [], "light");
      const isTooWide = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
      assert.equal(isTooWide, false, "the page does not scroll sideways");
      await prefer(page, "dark");
      await expectPainted(page, "dark");
      assert.deepEqual(await violations(page, { parts, onlyColours: true }), [], "dark");
      await page.browserContext().close();
    });
  }

  test("a reader can explore and step by keyboard, and stepping does not shift the layout", async () => {
    const page = await freshPage(browser);
    await page.goto(site.url + PAGE);
    const doors = new ExplorerPanel(page, "doors");
    const begin = await doors.button("Explore interleavings");
    /** The position of the next widget on the page. */
    const topOfNextWidget = () =>
      page.$eval(
        'runnable-snippet[data-name="interleavings/doors_locked"]',
        (element) => element.getBoundingClientRect().top + scrollY,
      );
    await begin.focus();
    await page.keyboard.press("Enter");
    await doors.untilResult(/break the program/);
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    assert.equal(await focused(), "Explore interleavings");
    for (let presses = 0; (await focused()) !== "Next"; presses++) {
      assert.ok(presses < 8, "8 presses of Tab have not reached Next");
      await page.keyboard.press("Tab");
    }
    const place = await topOfNextWidget();
    for (let step = 2; step <= 7; step++) {
      await page.keyboard.press("Enter");
      assert.equal(await doors.text(".runnable-stepper-place"), `Step ${String(step)} of 7`);
      assert.equal(await topOfNextWidget(), place);
    }
    assert.equal(await focused(), "Next", "the focus stays at the last step");
    await page.browserContext().close();
  });

  test("a reader chooses by keyboard where threads switch, the choice is kept for this program, and nothing shifts", async () => {
    const page = await freshPage(browser, PHONE);
    await page.goto(site.url + PAGE);
    const seat = new ExplorerPanel(page, "seat_taken");
    await page.waitForSelector(seat.switches);
    const layout = (): Promise<{ height: number; isTooWide: boolean; menuHeight: number }> =>
      page.$eval(`${seat.selector} .runnable-orders`, (element) => ({
        height: element.getBoundingClientRect().height,
        isTooWide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
        menuHeight: element.querySelector("select")!.getBoundingClientRect().height,
      }));
    const before = await layout();
    // The style sheet reserves this height before the script creates the panel.
    const reserved = await page.$eval(`${seat.selector} .runnable-orders`, (element) =>
      Number.parseFloat(getComputedStyle(element).minHeight),
    );
    assert.ok(Math.abs(before.height - reserved) < 1, `${before.height} px, ${reserved} reserved`);
    // Fingers need targets of at least 44 px.
    assert.ok(before.menuHeight >= 44, `the menu is ${before.menuHeight} px high`);
    const label = await page.$eval(seat.switches, (menu) => menu.closest("label")?.textContent);
    assert.match(label ?? "", /^Threads switch /);
    await page.focus(seat.switches);
    await page.keyboard.press("ArrowDown");
    assert.equal(
      await page.$eval(seat.switches, (menu) => (menu as HTMLSelectElement).value),
      "bytecodes",
    );
    assert.deepEqual(await layout(), before);
    // The progress and the result appear without moving the buttons.
    const topOfButtons = (): Promise<number> =>
      page.$eval(
        `${seat.selector} .runnable-orders-try`,
        (button) => (button as HTMLElement).offsetTop,
      );
    const place = await topOfButtons();
    // Record the position of the buttons whenever the progress changes.
    await page.evaluate((selector) => {
      const tops = ((window as { tops?: Set<number> }).tops = new Set<number>());
      const button = document.querySelector<HTMLElement>(`${selector} .runnable-orders-try`)!;
      const watched = document.querySelector(`${selector} .runnable-orders-progress`)!;
      const observer = new MutationObserver(() => tops.add(button.offsetTop));
      observer.observe(watched, { childList: true, subtree: true, characterData: true });
    }, seat.selector);
    assert.match(await seat.tryAll(), /Tasks can switch only where they await something, so/);
    assert.deepEqual(await page.evaluate(() => [...(window as { tops?: Set<number> }).tops!]), [
      place,
    ]);
    await page.reload();
    await page.waitForSelector(seat.switches);
    assert.equal(
      await page.$eval(seat.switches, (menu) => (menu as HTMLSelectElement).value),
      "bytecodes",
    );
    const doors = new ExplorerPanel(page, "doors");
    assert.equal(
      await page.$eval(doors.switches, (menu) => (menu as HTMLSelectElement).value),
      "gil",
    );
    // The widget below the steps does not move either, although the descriptions of steps differ in
    // length.
    await page.select(doors.switches, "bytecodes");
    await doors.tryAll();
    const tops = new Set<number>();
    for (;;) {
      tops.add(
        await page.$eval(
          'runnable-snippet[data-name="interleavings/doors_locked"]',
          (element) => element.getBoundingClientRect().top + scrollY,
        ),
      );
      if (/Step (\d+) of \1$/.test(await doors.text(".runnable-stepper-place"))) break;
      await doors.press("Next");
    }
    assert.equal(tops.size, 1, [...tops].join(", "));
    await page.browserContext().close();
  });

  test("a reader can choose by keyboard which thread runs next, and the focus moves to the next choice", async () => {
    const page = await freshPage(browser);
    await page.goto(site.url + PAGE);
    const doors = new ExplorerPanel(page, "doors");
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    await (await doors.button("Choose the next step yourself")).focus();
    await page.keyboard.press("Enter");
    await doors.chosen(0);
    for (let count = 1; count <= 4; count++) {
      assert.match(await focused(), /^front door (starts|resumes) at line \d+$/);
      assert.deepEqual(await doors.marked(), [Number(/\d+$/.exec(await focused())![0])]);
      await page.keyboard.press("Enter");
      await doors.chosen(count);
      if (!(await focused()).startsWith("front door")) break;
    }
    await doors.press("Step back");
    await page.browserContext().close();
  });

  test("the panel is hidden without JavaScript, and pages without a panel do not fetch its code", async () => {
    const page = await freshPage(browser);
    const requests: string[] = [];
    const scripts: Promise<string>[] = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    const collectScript = (response: HTTPResponse): void => {
      if (response.url().endsWith(".js")) scripts.push(response.text());
    };
    page.on("response", collectScript);
    await page.goto(`${site.url}/explanation/races-and-deadlocks/`, { waitUntil: "networkidle0" });
    page.off("response", collectScript);
    assert.deepEqual(
      requests.filter((path) => path.includes("/chunks/explorer_")),
      [],
    );
    for (const script of await Promise.all(scripts)) {
      assert.ok(!script.includes("explorer/scheduler.py"));
    }
    assert.equal(await page.$(".runnable-orders"), null);
    await page.goto(site.url + PAGE, { waitUntil: "networkidle0" });
    const fetched = (module: string): number =>
      requests.filter((path) => path.includes(`/chunks/${module}-`)).length;
    assert.deepEqual([fetched("explorer_controls"), fetched("explorer_panel")], [1, 0]);
    await Promise.all([
      page.waitForResponse((response) => response.url().includes("/chunks/explorer_panel-")),
      page.mouse.move(300, 300), // The panel is loaded at the first sign of a reader.
    ]);
    assert.deepEqual([fetched("explorer_controls"), fetched("explorer_panel")], [1, 1]);
    await page.setJavaScriptEnabled(false);
    await page.goto(site.url + PAGE);
    const shown = await page.$eval(".runnable-orders", (element) => element.checkVisibility());
    assert.equal(shown, false);
    await page.browserContext().close();
  });
});
