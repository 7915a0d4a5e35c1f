/** One widget as a reader uses it: Run, Stop, editing, Reset and Share, and what can go wrong. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import type { Intercept } from "../../../runtime/harness/server.ts";
import { runtimeCache } from "../../../runtime/host/cache_names.ts";
import { deleteCache } from "../support/caches.ts";
import { freshPage, launch, serveSite, untilText, Widget, type Site } from "../support/site.ts";

const PAGE = "/tutorials/first-overlap/";

let site: Site, browser: Browser, page: Page, widget: Widget;
let requests: string[];
/** Called at each request, so that a test can wait until certain files have been requested. */
let onRequest = (): void => {};
/** Answers some requests in place of the server, if a test sets it. */
let intercept: Intercept | undefined;

before(async () => {
  site = await serveSite(undefined, (request, response) => {
    requests.push(request.url ?? "");
    onRequest();
    return intercept?.(request, response) ?? false;
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});
beforeEach(async () => {
  requests = [];
  onRequest = () => {};
  intercept = undefined;
  page = await freshPage(browser);
  widget = new Widget(page);
});
afterEach(() => page.browserContext().close());

/** The requests for the large files of Python and the worker. */
const runtimeRequests = () => requests.filter((url) => /\/runtime\/.*\.bin$/.test(url));

/** Waits until `count` files of the runtime have been requested; a slow machine takes a while. */
function untilRequested(count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    onRequest = () => void (runtimeRequests().length >= count && resolve());
    onRequest();
    const fail = () => reject(new Error(`requested in a minute: ${runtimeRequests().join(" ")}`));
    setTimeout(fail, 60_000).unref();
  });
}

describe("before and after the first Run", () => {
  test("no file of Python is requested before the first run, and no request goes to another server", async () => {
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (/^(https?|wss?):/.test(url.protocol) && url.origin !== site.url) elsewhere.push(url.href);
    });
    await page.goto(site.url + PAGE, { waitUntil: "networkidle0" });
    await widget.button("Run");
    assert.deepEqual(runtimeRequests(), []);
    await widget.run();
    // The worker, Pyodide and the snapshot. This program does not need the standard library.
    assert.equal(runtimeRequests().length, 3);
    await widget.run();
    assert.equal(runtimeRequests().length, 3);
    assert.deepEqual(elsewhere, []);
  });

  test("Python is fetched when the pointer or the focus is on a widget, so that Run starts immediately", async () => {
    const approaches = [
      () => page.hover(`${widget.selector} .runnable-copy`),
      () => page.focus(`${widget.selector} .runnable-run`),
    ];
    for (const approach of approaches) {
      // Leave the page, which may have opened the cache and would keep using it. This file has no
      // scripts.
      await page.goto(`${site.url}/llms.txt`);
      await deleteCache(page, runtimeCache);
      requests = [];
      await page.goto(site.url + PAGE, { waitUntil: "networkidle0" });
      await widget.button("Run");
      assert.deepEqual(runtimeRequests(), []);
      await approach();
      await untilRequested(3);
      await widget.run();
      assert.equal(runtimeRequests().length, 3);
    }
  });

  test("nothing is fetched in advance if the browser is set to save data", async () => {
    await page.evaluateOnNewDocument(() =>
      Object.defineProperty(navigator, "connection", { value: { saveData: true } }),
    );
    await page.goto(site.url + PAGE, { waitUntil: "networkidle0" });
    await widget.button("Run");
    await page.hover(`${widget.selector} .runnable-copy`);
    await page.waitForNetworkIdle();
    assert.deepEqual(runtimeRequests(), []);
    await widget.run();
    assert.ok(runtimeRequests().length > 0);
  });

  test("the recording is shown and labelled until the reader's own run replaces it", async () => {
    await page.goto(site.url + PAGE);
    assert.match((await widget.shown()).origin, /^Recorded on CPython 3\.\d+/);
    const { origin, text } = await widget.run();
    // The interpreter in the browser reports its version itself.
    assert.match(origin, /^Ran in your browser · Python 3\.14\.\d+$/);
    assert.notEqual(text, "");
  });

  // Without these colours, Firefox would draw white scroll bars in the dark scheme.
  test("the scroll bars in a widget have colours of the theme", async () => {
    await page.goto(site.url + PAGE);
    await widget.run();
    const colours = await page.$$eval(`${widget.selector} *`, (elements) =>
      elements
        .map((element) => getComputedStyle(element))
        .filter(({ overflow }) => /auto|scroll/.test(overflow))
        .map(({ scrollbarColor }) => scrollbarColor),
    );
    assert.ok(colours.length >= 3, "code, output and timeline");
    assert.ok(!colours.includes("auto"), colours.join("; "));
  });

  test("a second run downloads nothing", async () => {
    await page.goto(site.url + PAGE);
    await widget.run();
    const count = runtimeRequests().length;
    await widget.write("print('again')\n");
    await widget.run();
    await widget.until(/again/);
    assert.equal(runtimeRequests().length, count);
  });

  test(
    "progress shows the loaded and the total size, and a failed download can be retried",
    {
      timeout: 120_000,
    },
    async () => {
      // The file is requested a moment after the progress appears, because the page looks into its
      // cache first.
      const requested = Promise.withResolvers<Parameters<Intercept>[1]>();
      intercept = ({ url }, response) => {
        if (!url?.includes("pyodide.wasm")) return false;
        requested.resolve(response);
        return true;
      };
      await page.goto(site.url + PAGE);
      await widget.press("Run");
      await widget.until(/Loading Python: \d\.\d of \d\.\d MB/);
      await page.waitForSelector(`${widget.selector} progress[value]`);
      (await requested.promise).writeHead(503).end();
      const { notes } = await widget.until(/Not run/);
      assert.match(notes.join(), /pyodide\.wasm.* could not be loaded: the server answered 503/);
      intercept = undefined;
      const { origin } = await widget.run();
      assert.match(origin, /^Ran in your browser/);
    },
  );
});

/** A page for each custom element of the site. */
const PAGES_BY_ELEMENT: Record<string, string> = {
  "runnable-snippet": PAGE,
  "runnable-playground": "/playground/",
  "timeline-compare": PAGE,
  "predict-question": PAGE,
  "choice-table": "/how-to/choose-a-model/",
  "data-table": "/reference/claims/",
  "chess-exhibition": "/tutorials/chess-exhibition/",
};

describe("the attribute `hidden`", () => {
  for (const [name, path] of Object.entries(PAGES_BY_ELEMENT)) {
    test(`hides every element in <${name}>`, async () => {
      await page.goto(site.url + path);
      // The chess exhibition opens only when a reader comes near.
      await page.$eval(name, (element) => element.scrollIntoView());
      await page.waitForSelector(`${name} button`);
      const shown = await page.$$eval(`${name} *`, (all) => {
        // Style sheets do not distinguish elements with the same name and classes, so one of them is
        // enough.
        const kinds = new Map<string, HTMLElement>();
        for (const element of all) {
          // Elements of SVG do not have this attribute.
          if (!(element instanceof HTMLElement) || !element.checkVisibility()) continue;
          kinds.set(`${element.tagName} ${element.className}`, element);
        }
        return [...kinds].flatMap(([kind, element]) => {
          element.hidden = true;
          const isShown = element.checkVisibility();
          element.hidden = false;
          return isShown ? [kind] : [];
        });
      });
      assert.deepEqual(shown, []);
    });
  }
});

describe("Stop", () => {
  test("an endless loop ends, the page stays responsive, and the next Run works", async () => {
    await page.goto(site.url + PAGE);
    await widget.write("print('spinning')\nwhile True: pass\n");
    await widget.press("Run");
    await widget.until(/spinning/);
    // Count how often the page's timers fire while the program runs. `make bench` measures the longest
    // pause.
    const turns = await page.evaluate(async () => {
      let turns = 0;
      for (const end = performance.now() + 1000; performance.now() < end; turns++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return turns;
    });
    // If the program blocked the page, there would be no turn at all.
    assert.ok(turns > 10, `only ${turns} turns of the page's event loop in a second`);
    await widget.press("Stop");
    const { text, stderr, notes } = await widget.finished();
    assert.match(text, /^spinning\n/);
    assert.match(
      stderr,
      /^Traceback .*\n {2}File "in_turn.py", line 2, in <module>[^]*KeyboardInterrupt\n$/,
    );
    assert.deepEqual(stderr.match(/File/g)?.length, 1);
    assert.deepEqual(notes, ["Stopped."]);
    await widget.write("print('next')\n");
    assert.equal((await widget.run()).text, "next\n");
  });

  test("the output of a `finally` block appears, and so does the note that the program is stopping", async () => {
    await page.goto(site.url + PAGE);
    await widget.write(
      "import time\nprint('asleep')\ntry:\n    time.sleep(99)\nfinally:\n" +
        "    print('cleaning')\n    time.sleep(0.3)\n    print('clean')\n",
    );
    await widget.press("Run");
    await widget.until(/asleep/);
    // Starts waiting before the press, because the note is shown for only a third of a second.
    const stopping = untilText(page, `${widget.selector} [role=log]`, /Stopping…[^]*cleaning/);
    await widget.press("Stop");
    await stopping;
    const { text, notes } = await widget.finished();
    assert.match(text, /^asleep\ncleaning\nclean\n/);
    assert.deepEqual(notes, ["Stopped."]);
  });

  test("a program that ignores Ctrl+C is terminated half a second later, or when Stop is pressed again, with a note", async () => {
    await page.goto(site.url + PAGE);
    await widget.write(
      "print('ready')\nwhile True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass\n",
    );
    for (const presses of [1, 2]) {
      await widget.press("Run");
      await widget.until(/ready/);
      const start = performance.now();
      for (let press = 0; press < presses; press++) await widget.press("Stop");
      const { notes } = await widget.finished();
      assert.deepEqual(notes, [
        "Stopped: the program kept running after Ctrl+C, so its interpreter was terminated.",
      ]);
      // After one press, the host waits for 500 ms. Timers may be a little early.
      if (presses === 1) assert.ok(performance.now() - start > 450);
    }
    await widget.write("print('next')\n");
    assert.equal((await widget.run()).text, "next\n");
  });

  test("the output says that a program is waiting for its threads", async () => {
    await page.goto(site.url + PAGE);
    await widget.write(
      "import threading, time\nfor _ in range(2): threading.Thread(target=time.sleep, args=[1.5]).start()\nprint('end')\n",
    );
    await widget.press("Run");
    await widget.until(/Waiting for 2 threads to end/);
    assert.equal((await widget.finished()).text, "end\n");
  });

  test("Run on a second widget stops the program of the first, which shows a note", async () => {
    await page.goto(site.url + PAGE);
    await widget.write("while True: pass\n");
    await widget.press("Run");
    await widget.until(/Running in your browser/);
    const id = await page.$$eval("runnable-snippet:not([data-native])", (all) => all[1]!.id);
    const second = new Widget(page, `[id="${id}"]`);
    await second.run();
    const { notes } = await widget.finished();
    assert.match(notes.join(), /Stopped because you ran .*\.py\./);
  });
});

describe("the end of a run", () => {
  const cases: [name: string, source: string, stderr: RegExp, note?: RegExp][] = [
    [
      "syntax error",
      "for board in range(3)\n    pass\n",
      /SyntaxError: expected ':'/,
      /Exit status 1/,
    ],
    ["exception", "def move():\n    1 / 0\nmove()\n", /ZeroDivisionError/, /Exit status 1/],
    ["SystemExit", "raise SystemExit(3)\n", /^$/, /Exit status 3/],
    ["deep recursion", "def f(): f()\nf()\n", /RecursionError/, /Exit status 1/],
    ["missing module", "import django\n", /'django' is not installed/],
    ["no output", "x = 1\n", /^$/, /The program printed nothing/],
  ];
  test("errors, exit statuses and missing output are shown, and the next run works", async () => {
    await page.goto(site.url + PAGE);
    for (const [name, source, stderr, note] of cases) {
      await widget.write(source);
      const shown = await widget.run();
      assert.match(shown.stderr, stderr, name);
      if (note) assert.match(shown.notes.join(), note, name);
    }
    await widget.write("print('next')\n");
    assert.equal((await widget.run()).text, "next\n");
  });

  test("a traceback shows only the reader's lines, and a click on one selects it in the code", async () => {
    await page.goto(site.url + PAGE);
    await widget.write(
      "import asyncio\n\nasync def main():\n    await asyncio.wait_for(lose(), 1)\n\n" +
        "async def lose():\n    raise ValueError('lost')\n\nasyncio.run(main())\n",
    );
    const { stderr } = await widget.run();
    assert.deepEqual(stderr.match(/File "[^"]*", line \d+/g), [
      'File "in_turn.py", line 9',
      'File "in_turn.py", line 4',
      'File "in_turn.py", line 7',
    ]);
    const first = await page.$(widget.selector);
    const links = await first!.$$(".runnable-line-link");
    await links.at(-1)!.click();
    await page.waitForFunction(() =>
      getSelection()?.toString().includes("raise ValueError('lost')"),
    );
  });

  test("endless output is cut off with a notice, and the page stays responsive", async () => {
    await page.goto(site.url + PAGE);
    await widget.write("while True: print('again')\n");
    await widget.press("Run");
    await widget.until(/cut off after 5,000 lines/);
    await widget.press("Stop");
    assert.match((await widget.finished()).notes.join(), /Stopped/);
  });
});

describe("requires-python in a program's header", () => {
  /** Returns a program that asks for versions of Python and prints a text. */
  const program = (specifier: string, text: string) =>
    `# /// script\n# requires-python = "${specifier}"\n# ///\nprint("${text}")\n`;

  test("a program that asks for another Python runs below a note that names both versions", async () => {
    await page.goto(`${site.url}/playground/`);
    widget = new Widget(page, "runnable-playground");
    await widget.write(program(">=3.99", "it ran"));
    await widget.run();
    const shown = await page.$eval("runnable-playground [role=log]", (log) => log.textContent);
    assert.match(
      shown,
      /asks for Python >=3\.99, but this is Python 3\.\d+\.\d+\. It runs anyway, and may fail\.it ran/,
    );
    await widget.write(program(">=3.14", "it ran again"));
    await widget.press("Run");
    await widget.until(/it ran again/);
    await widget.finished();
    assert.equal((await page.$$("runnable-playground .runnable-difference")).length, 0);
  });
});

describe("editing", () => {
  test("edits survive a reload until Reset, and Reset can be undone", async () => {
    await page.goto(site.url + PAGE);
    const recorded = (await widget.shown()).text;
    await widget.write("print('mine')\n");
    await page.reload();
    assert.equal((await widget.run()).text, "mine\n");
    await widget.press("Reset");
    assert.equal((await widget.shown()).text, recorded);
    await widget.press("Undo");
    assert.equal((await widget.run()).text, "mine\n");
    await widget.press("Reset");
    await page.reload();
    assert.notEqual((await widget.run()).text, "mine\n");
  });

  test("by keyboard, Tab enters and leaves the code, Escape leaves it, and Ctrl+Enter runs it", async () => {
    await page.goto(site.url + PAGE);
    // This widget shows all of its code, so no button to unfold the rest comes first.
    widget = new Widget(page, '[data-name="overlap/never_awaited"]');
    await widget.button("Run");
    await page.focus(`${widget.selector} .runnable-file`);
    const focused = () => page.evaluate(() => document.activeElement?.className ?? "");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => document.activeElement?.classList.contains("cm-content"));
    await page.keyboard.press("Escape");
    assert.match(await focused(), /runnable-run/);
    await page.keyboard.down("Shift");
    await page.keyboard.press("Tab");
    await page.keyboard.up("Shift");
    assert.match(await focused(), /cm-content/);
    await page.keyboard.press("Tab");
    assert.doesNotMatch(await focused(), /cm-content/);
    await page.keyboard.down("Control");
    await page.keyboard.press("Enter");
    await page.keyboard.up("Control");
    await widget.until(/Running in your browser|Ran in your browser/);
  });
});

describe("sharing and the playground", () => {
  test("a Share link opens its source in another profile and does not run it", async () => {
    await page.goto(site.url + PAGE);
    await widget.write("print('shared ✓ <b>')\n");
    await widget.press("Share");
    await page.waitForSelector(`${widget.selector} .runnable-link`);
    const link = await page.$eval(
      `${widget.selector} .runnable-link`,
      (field) => (field as HTMLInputElement).value,
    );
    assert.match(link, /\/playground\/#code=[\w-]+$/);
    const other = await freshPage(browser);
    const fetched: string[] = [];
    other.on("request", (request) => fetched.push(request.url()));
    await other.goto(link);
    const playground = new Widget(other, "runnable-playground");
    await other.waitForFunction(() =>
      document
        .querySelector("runnable-playground .cm-content")
        ?.textContent?.includes("shared ✓ <b>"),
    );
    assert.deepEqual(
      fetched.filter((url) => url.endsWith(".bin")),
      [],
    );
    assert.equal((await playground.run()).text, "shared ✓ <b>\n");
    await other.browserContext().close();
  });

  test("the playground shows its code immediately, and Run does not move when the editor arrives", async () => {
    const other = await freshPage(browser);
    // Records the code and the position of Run as soon as they appear, before the editor is fetched.
    await other.evaluateOnNewDocument(() => {
      new MutationObserver((_, observer) => {
        const run = document.querySelector("runnable-playground .runnable-run");
        if (!run) return;
        observer.disconnect();
        const code = document.querySelector("runnable-playground .runnable-code")!;
        const first = { text: code.textContent, top: run.getBoundingClientRect().top };
        Object.assign(window, { first });
      }).observe(document, { childList: true, subtree: true });
    });
    await other.goto(`${site.url}/playground/`);
    await other.waitForSelector("runnable-playground .runnable-run");
    // The page loads the editor when a reader first moves the pointer, presses a key or scrolls.
    await other.mouse.move(9, 9);
    await other.waitForSelector("runnable-playground .cm-content");
    const { first, top } = await other.evaluate(() => ({
      first: (window as unknown as { first: { text: string; top: number } }).first,
      top: document.querySelector("runnable-playground .runnable-run")!.getBoundingClientRect().top,
    }));
    assert.match(first.text, /import asyncio\n\n\nasync def ask[^]*asyncio\.run\(main\(\)\)\n$/);
    assert.ok(
      Math.abs(first.top - top) < 1,
      `Run moved from ${String(first.top)} to ${String(top)}`,
    );
    await other.browserContext().close();
  });

  test("opening a damaged link shows a message, and Run still works", async () => {
    // The end of this link is missing.
    await page.goto(`${site.url}/playground/#code=H4sIAAAAAAAAAysoyswr0VAqzkgsSk1R0gQA`);
    await page.waitForFunction(() =>
      /damaged|incomplete|cannot be read|could not/i.test(
        document.querySelector("runnable-playground")?.textContent ?? "",
      ),
    );
    const playground = new Widget(page, "runnable-playground");
    assert.match((await playground.run()).origin, /Ran in your browser/);
  });
});
