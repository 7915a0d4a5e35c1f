/** Output that moves the cursor or uses colours looks as in a terminal, and remains plain text. */
// suite: light
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { MIN_CONTRAST, contrast } from "../../../runtime/page/output/terminal_style.ts";
import { testOfPage, engines } from "../support/runner.ts";
import { freshPage, launch, serveSite, Widget, type Site } from "../support/site.ts";

const PLAYGROUND = "runnable-playground";
const LOG = `${PLAYGROUND} [role=log]`;

/**
 * Uses control characters in many ways: a progress bar, colours, backspace, moves of the cursor, tabs,
 * the bell, the title of the window, and two streams on one line.
 */
const EVERYTHING = String.raw`import sys, time
for n in range(0, 101, 25):
    sys.stdout.write(f"\r{n:3d}% |{'#' * (n // 10):10s}|"); sys.stdout.flush(); time.sleep(0.02)
print()
print("\033[31mred\033[0m \x1b[1;32mbold green\x1b[0m plain")
print("abc\b\bX"); print("12345\rab"); print("\x1b[2K\x1b[1Aup"); print("tab\there\x07bell\x00nul")
print("\x1b]0;title\x07\x1b[?25lend")
print("waiting", end="", flush=True); sys.stderr.write("\rfailed!\n")
`;

/** Prints texts in all kinds of colours and styles. */
const COLOURS = String.raw`for code in [*range(30, 38), *range(90, 98), *range(40, 48), *range(100, 108), 2, 7]:
    print(f"\x1b[{code}mtext {code}\x1b[0m")
for number in range(0, 256, 5):
    print(f"\x1b[38;5;{number}mtext {number}\x1b[0m \x1b[7;38;5;{number}mtext {number}\x1b[0m")
print("\x1b[38;2;255;255;0mtrue colour\x1b[0m \x1b[2;31mdim red\x1b[0m \x1b[1;3;4;9mstyles\x1b[0m")
`;

for (const engine of engines) {
  describe(engine, () => {
    const pageTest = testOfPage(engine);
    let site: Site, browser: Browser, page: Page, widget: Widget;
    let requests: string[] = [];
    /** Whether the server refuses to send the code of the terminal. */
    let isBlocked = false;

    before(async () => {
      site = await serveSite(undefined, ({ url = "" }, response) => {
        requests.push(url);
        if (!isBlocked || !url.includes("/terminal_output-")) return false;
        response.writeHead(503).end();
        return true;
      });
      browser = await launch(engine);
    });
    after(async () => {
      await browser?.close();
      await site?.close();
    });
    beforeEach(async () => {
      isBlocked = false;
      page = await freshPage(browser);
      await page.goto(`${site.url}/playground/`);
      requests = [];
      widget = new Widget(page, PLAYGROUND);
      await widget.button("Run");
    });

    afterEach(() => page.browserContext().close());

    /** Runs a program in the playground, and returns its output. */
    const run = async (source: string) => {
      await widget.write(source);
      return widget.run();
    };

    test("control characters have their effect, as in a progress bar, and are not shown", async () => {
      const { text, stderr } = await run(EVERYTHING);
      assert.deepEqual(text.split("\n"), [
        "100% |##########|",
        "red bold green plain",
        "aXc",
        "up345",
        "tab\therebellnul",
        "end",
        "failed!",
        "",
      ]);
      assert.equal(stderr, "failed!\n");
    });

    test("the code of the terminal is loaded only when a program prints a control character", async () => {
      await run("print('plain')\n");
      assert.ok(!requests.some((url) => url.includes("/terminal_output-")));
      await run("print('\\rnot plain')\n");
      await widget.until(/not plain/);
      assert.ok(requests.some((url) => url.includes("/terminal_output-")));
    });

    pageTest(
      "lines that were printed before the first control character can be overwritten, too",
      async () => {
        const { text } = await run(
          'import sys\nfor n in range(200): print("line", n)\nsys.stderr.write("oops\\n")\n' +
            'print("last", end="", flush=True)\nprint("\\x1b[2A\\x1b[2K\\rfirst\\n\\x1b[BLAST")\n',
        );
        const lines = text.split("\n");
        assert.deepEqual(lines.slice(0, 2), ["line 0", "line 1"]);
        assert.deepEqual(lines.slice(-5), ["line 198", "first", "oops", "LAST", ""]);
      },
    );

    test("two lines are redrawn while the program runs", async () => {
      await widget.write(
        'import time\nprint("a 0\\nb 0")\nfor n in range(1, 300):\n    time.sleep(0.02)\n' +
          '    print(f"\\x1b[2A\\ra {n}\\nb {n}")\n',
      );
      await widget.press("Run");
      await widget.until(/a (1\d|[2-9]\d|\d{3})\nb/);
      const { text } = await widget.shown();
      assert.match(text, /^a \d+\nb \d+\n$/);
      await widget.press("Stop");
      await widget.finished();
    });

    pageTest("colours are readable in both schemes", async () => {
      await run(COLOURS);
      // What Material for MkDocs calls its light and its dark scheme.
      for (const scheme of ["default", "slate"]) {
        const found = await page.$$eval(
          `${LOG} pre span[class*=runnable-ansi]`,
          (spans, scheme) => {
            document.body.setAttribute("data-md-color-scheme", scheme);
            // A canvas gives any colour as numbers, even one that is computed with colour functions.
            const context = document.createElement("canvas").getContext("2d")!;
            const parse = (colour: string): number[] => {
              context.fillStyle = colour;
              context.fillRect(0, 0, 1, 1);
              return [...context.getImageData(0, 0, 1, 1).data];
            };
            const backgroundOf = (element: Element): number[] => {
              const colour = getComputedStyle(element).backgroundColor;
              const isClear = /^rgba\(.*, 0\)$/.test(colour);
              return isClear ? backgroundOf(element.parentElement!) : parse(colour);
            };
            return spans.map((span) => ({
              text: `${span.textContent} ${span.className}`,
              front: parse(getComputedStyle(span).color).slice(0, 3),
              back: backgroundOf(span).slice(0, 3),
            }));
          },
          scheme,
        );
        assert.ok(found.length >= 120, String(found.length)); // coloured pieces of text
        for (const { text, front, back } of found) {
          const ratio = contrast(
            front as [number, number, number],
            back as [number, number, number],
          );
          assert.ok(ratio >= MIN_CONTRAST, `${scheme}: ${text} ${front.join()} on ${back.join()}`);
        }
        const distinct = new Set(found.map(({ front, back }) => `${front.join()} ${back.join()}`));
        assert.ok(distinct.size > 60, String(distinct.size));
      }
    });

    test("what readers copy is plain text", async () => {
      await run(EVERYTHING);
      const copied = await page.$eval(`${LOG} pre`, (output) => {
        getSelection()!.selectAllChildren(output);
        return getSelection()!.toString();
      });
      assert.match(copied, /^100% \|#{10}\|\nred bold green plain\naXc\nup345\n/);
    });

    test("100,000 updates of a progress bar do not block the page, and nothing is cut off", async () => {
      await widget.write(
        "import sys\nfor n in range(100_001):\n    sys.stdout.write(f\"\\r{n:6d} {'#' * (n // 3000):34s}\")\n" +
          '    sys.stdout.flush()\nprint("\\ndone")\n',
      );
      // Records the longest pause between two timers of the page.
      await page.evaluate(() => {
        const record = { longest: 0, last: performance.now() };
        Object.assign(globalThis, { record });
        const measure = (): void => {
          record.longest = Math.max(record.longest, performance.now() - record.last);
          record.last = performance.now();
          setTimeout(measure);
        };
        measure();
      });
      const { text, notes } = await widget.run(120_000);
      assert.equal(text, `100000 ${"#".repeat(33)} \ndone\n`);
      assert.deepEqual(notes, []);
      const longest = await page.evaluate(
        () => (globalThis as unknown as { record: { longest: number } }).record.longest,
      );
      assert.ok(longest < 2_000, `the page was blocked for ${longest} ms`);
    });

    pageTest(
      "screen readers announce a redrawn line when it is complete, not at each update",
      async () => {
        await widget.write(
          'import time\nprint("start")\nfor n in range(40):\n    print(f"\\r{n} of 40", end="", flush=True)\n' +
            "    time.sleep(0.05)\nprint()\n",
        );
        // Records what is added to the log outside of elements that are not announced.
        await page.$eval(LOG, (log) => {
          const announced: string[] = [];
          Object.assign(globalThis, { announced });
          new MutationObserver((records) => {
            for (const { target, addedNodes } of records) {
              const element = target instanceof Element ? target : target.parentElement;
              if (element?.closest("[aria-live=off]")) continue;
              for (const node of addedNodes) announced.push(node.textContent ?? "");
            }
          }).observe(log, { childList: true, subtree: true, characterData: true });
        });
        await widget.run();
        const announced = await page.evaluate(
          () => (globalThis as unknown as { announced: string[] }).announced,
        );
        const updates = announced.filter((text) => / of 40/.test(text));
        assert.ok(updates.length <= 3, updates.join("|"));
        assert.equal(updates.at(-1), "39 of 40\n");
        assert.equal((await page.$$(`${LOG} pre [aria-live]`)).length, 0);
      },
    );

    pageTest(
      "the text of a coloured prompt is the name of the field for the answer, which is on the same line",
      async () => {
        await widget.write(
          'name = input("\\x1b[1;36mYour name?\\x1b[0m ")\nprint(f"Hello, \\x1b[32m{name}\\x1b[0m!")\n',
        );
        await widget.press("Run");
        const field = await page.waitForSelector(`${LOG} input`, { timeout: 60_000 });
        assert.equal(await field!.evaluate((field) => field.ariaLabel), "Your name?");
        const offset = await page.$eval(`${LOG} input`, (field) => {
          const prompt = field.closest(".runnable-ask")!.previousElementSibling!;
          const [promptBox, fieldBox] = [prompt, field].map((part) => part.getBoundingClientRect());
          const middle = ({ top, bottom }: DOMRect): number => (top + bottom) / 2;
          return Math.abs(middle(promptBox!) - middle(fieldBox!));
        });
        assert.ok(offset < 10, `the field is ${offset} px away`);
        await field!.type("Judit");
        await page.keyboard.press("Enter");
        const { text } = await widget.finished();
        assert.equal(text, "Your name? Judit\nHello, Judit!\n");
        assert.equal(
          await page.$eval(`${LOG} .runnable-answer`, (answer) => answer.textContent),
          "Judit\n",
        );
      },
    );

    pageTest(
      "a traceback after a progress bar on stderr is shortened and linked to the code",
      async () => {
        const { text, stderr } = await run(
          'import json, sys\nprint("start")\nfor n in range(3):\n    sys.stderr.write(f"\\r{n} of 2")\n' +
            'sys.stderr.write("\\n")\njson.loads("no")\n',
        );
        assert.match(
          text,
          /^start\n2 of 2\nTraceback \(most recent call last\):\n {2}File "playground.py", line 6/,
        );
        assert.doesNotMatch(stderr, /decoder\.py/);
        const link = await page.$eval(`${LOG} .runnable-line-link`, (link) => link.textContent);
        assert.match(link, /line 6/);
      },
    );

    pageTest(
      "if the code of the terminal cannot be loaded, the output is shown without control characters",
      async () => {
        isBlocked = true;
        const { text } = await run('print("\\x1b[31mred\\x1b[0m\\r")\n');
        assert.equal(text, "red\n");
      },
    );
  });
}
