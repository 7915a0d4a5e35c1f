/**
 * The player below a timeline: it steps through a run that has ended, or plays the run. At each step it
 * describes what a thread or task did, marks the line, and moves the playhead in the chart.
 */
// suite: light
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { decodeTrace } from "../../../runtime/timeline/model/trace_events.ts";
import { Timeline } from "../../../runtime/timeline/model/timeline.ts";
import { describeMoment, sections } from "../../../runtime/timeline/words/moment_words.ts";
import { Moments } from "../../../runtime/timeline/model/moments.ts";
import { runToEnd } from "../../../runtime/timeline/model/pieces.ts";
import { frames } from "../support/limits.ts";
import { chromiumTest, engines, testOfPage } from "../support/runner.ts";
import { freshPage, untilText, useSite, Widget } from "../support/site.ts";
import { violations } from "../support/violations.ts";

const PAGE = "/reference/timelines/";
/** A snippet whose recorded timeline shows lanes in every state. */
const NAME = "timelines/every_state";
const FIGURE = `runnable-snippet[data-name="${NAME}"] .runnable-timeline`;

/** Reads the program of the snippet, or one of the files of its recording. */
const read = (ending: string): string =>
  readFileSync(new URL(`../../../snippets/${NAME}${ending}`, import.meta.url), "utf8");

/** The steps of the recorded run, which the player in the browser has to show. */
const moments = runToEnd(Moments.from(Timeline.of(decodeTrace(JSON.parse(read(".trace.json")))!)));
const last = moments.all.length - 1;

/** A program to run in the playground. */
const TWO_DRINKS = `import asyncio


async def brew(drink: str, seconds: float) -> None:
    await asyncio.sleep(seconds)
    print(drink, "is ready")


async def main() -> None:
    await asyncio.gather(brew("tea", 0.2), brew("coffee", 0.1))


asyncio.run(main())
`;

/** A program whose header names the collections that the player shows. */
const WATCHED = `# /// script
# [tool.runnable]
# watch = ["ready", "timers"]
# ///
import time
ready = ["now"]
timers = []
timers.append((time.perf_counter() + 0.2, "later"))
time.sleep(0.3)
ready.append(timers.pop()[1])
print("end")
`;

/** Everything that the player in a figure shows, and the marked lines of the program. */
function shown(page: Page, figure = FIGURE) {
  return page.$eval(figure, (figure) => {
    const text = (selector: string): string => figure.querySelector(selector)?.textContent ?? "";
    const lines = (selector: string): string[] =>
      [...figure.querySelectorAll(selector)].map((element) => element.textContent ?? "");
    return {
      place: text(".tl-player-place"),
      description: text(".tl-player-told"),
      ariaLive: figure.querySelector(".tl-player-told")?.ariaLive,
      excerpt: text(".tl-player .runnable-stepper-code .runnable-at"),
      parts: lines(".tl-player-parts > div > .tl-player-label"),
      entries: lines(".tl-player-parts li"),
      printed: text(".tl-player-printed"),
      playButton: text(".tl-player-play"),
      sliderText: figure.querySelector(".tl-player-slider")?.getAttribute("aria-valuetext"),
      marked: [
        ...figure
          .closest("runnable-snippet, runnable-playground")!
          .querySelectorAll(".runnable-marked"),
      ].map((line) => (line as HTMLElement).dataset["line"] ?? line.textContent),
    };
  });
}

/** What the player has to show at a step of the recorded run. Steps are counted from 0. */
function expected(number: number) {
  const { who, text, line } = describeMoment(moments, number);
  const found = sections(moments, number);
  return {
    description: who + text,
    marked: line > 0 ? [String(line)] : [],
    parts: found.map(({ name, count }) => (count > 1 ? `${name}: ${String(count)}` : name)),
    entries: found.flatMap(({ entries }) =>
      entries.map(({ name, text }) => (text === "" ? name : `${name} ${text}`)),
    ),
    printed: moments
      .printedBy(number)
      .map(({ mark }) => `${mark.text}\n`)
      .join(""),
  };
}

/** Asserts that the player shows this step of the recorded run. */
async function assertAt(page: Page, number: number): Promise<void> {
  const { description, marked, parts, entries, printed, place, excerpt } = await shown(page);
  assert.deepEqual({ description, marked, parts, entries, printed }, expected(number));
  assert.match(place, new RegExp(`^Step ${String(number + 1)} of ${String(last + 1)} at `));
  const { line } = describeMoment(moments, number);
  const source =
    line > 0 ? `${String(line).padStart(4)}  ${read(".py").split("\n")[line - 1]!}\n` : "";
  assert.equal(excerpt, source);
}

/** Clicks a button of a figure by its name. */
const press = (page: Page, name: string, figure = FIGURE): Promise<void> =>
  page.$$eval(
    `${figure} button`,
    (buttons, name) =>
      buttons.find((button) => button.textContent === name && !button.hidden)!.click(),
    name,
  );

/** Waits until the text of a part of a figure matches a pattern. */
const until = (page: Page, pattern: RegExp, selector: string, figure = FIGURE) =>
  untilText(page, `${figure} ${selector}`, pattern);

/** Opens the player by keyboard. The chart becomes interactive when it gets the focus. */
async function openPlayer(page: Page, figure = FIGURE): Promise<void> {
  await page.focus(`${figure} .tl-chart, ${figure} .tl-chart [tabindex]`);
  await page.waitForSelector(`${figure} .tl-scroll [role=button]`);
  await page.$eval(`${figure} .tl-tools button`, (button) => (button as HTMLElement).focus());
  await page.keyboard.press("Enter");
  await page.waitForSelector(`${figure} .tl-player`);
}

/** The name of the element that has the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(
    () => document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? "",
  );

const focusSlider = (page: Page): Promise<void> => page.focus(`${FIGURE} .tl-player-slider`);

/**
 * Presses a button several times. Returns the position of the playhead after each press, or null
 * where the playhead is out of view.
 */
const pressRepeatedly = (page: Page, name: string, times: number): Promise<(string | null)[]> =>
  page.$eval(
    FIGURE,
    (figure, name, times) => {
      const line = figure.querySelector<HTMLElement>(".tl-playhead")!;
      const button = [...figure.querySelectorAll("button")].find(
        ({ textContent }) => textContent === name,
      )!;
      return Array.from({ length: times }, () => {
        button.click();
        return line.hidden ? null : line.style.transform;
      });
    },
    name,
    times,
  );

/** Waits until the page has been drawn. */
const nextFrame = (page: Page) => frames(page, 2);

/** What Close has to restore: the parts of the figure, and the range that the chart shows. */
const appearance = (page: Page) =>
  page.$eval(FIGURE, (figure) => ({
    children: [...figure.children].map(({ className }) => className),
    chart: [...figure.querySelector(".tl-chart")!.children].map(({ className }) => className),
    axis: figure.querySelector(".tl-axis")!.textContent,
    selected: figure.querySelectorAll(".tl-s").length,
    expanded: figure.querySelector(".tl-tools button")!.ariaExpanded,
  }));

for (const engine of engines) {
  describe(engine, () => {
    const testInChromium = chromiumTest(engine);
    const pageTest = testOfPage(engine);
    const site = useSite(engine);
    let page: Page;
    let requested: string[];
    /** Each test has the empty profile of a first-time reader. */
    beforeEach(async () => {
      page = await freshPage(site.browser);
      requested = [];
      page.on("request", (request) => requested.push(request.url()));
      await page.goto(site.url + PAGE);
      await page.waitForSelector(`${FIGURE} .tl-chart[tabindex]`);
    });
    afterEach(() => page.browserContext().close());

    /** Records each position of the playhead from now on, for `recordedPositions`. */
    const recordPositions = () =>
      page.evaluate((selector) => {
        const seen: string[] = [];
        Object.assign(window, { seen });
        const line = document.querySelector<HTMLElement>(selector)!;
        new MutationObserver(() => seen.push(line.style.transform)).observe(line, {
          attributes: true,
        });
      }, `${FIGURE} .tl-playhead`);
    const recordedPositions = () =>
      page.evaluate(() => (window as unknown as { seen: string[] }).seen);

    /** Opens the playground with this program in it, to be run in virtual time. */
    const inPlayground = async (source: string): Promise<Widget> => {
      await page.goto(`${site.url}/playground/`);
      const widget = new Widget(page, "runnable-playground");
      await widget.button("Run");
      await widget.write(source);
      // In virtual time, waits end in the expected sequence, however slow the machine is.
      await page.select("runnable-playground .runnable-controls select", "0");
      return widget;
    };

    test("the keyboard steps forwards and backwards through the recorded run", async () => {
      await openPlayer(page);
      assert.equal(await focused(page), "Next");
      for (let number = 0; ; number++) {
        await assertAt(page, number);
        if (number === last) break;
        await page.keyboard.press("Enter");
      }
      assert.equal((await shown(page)).printed, read(".out"));
      // There is no next step, but the button keeps the focus.
      await page.keyboard.press("Enter");
      await assertAt(page, last);
      assert.equal(await focused(page), "Next");
      // Between the buttons Next and Previous is the button Play.
      for (let count = 0; count < 2; count++) {
        await page.keyboard.down("Shift");
        await page.keyboard.press("Tab");
        await page.keyboard.up("Shift");
      }
      assert.equal(await focused(page), "Previous");
      for (let number = last; number > last - 3; number--) {
        await page.keyboard.press("Enter");
        await assertAt(page, number - 1);
      }
      await focusSlider(page);
      await page.keyboard.press("End");
      await assertAt(page, last);
      await page.keyboard.press("ArrowLeft");
      await assertAt(page, last - 1);
      const { sliderText } = await shown(page);
      assert.match(
        sliderText!,
        new RegExp(`^Step ${String(last)} of ${String(last + 1)} at .*: asyncio_1$`),
      );
      await page.keyboard.press("Home");
      await assertAt(page, 0);
      assert.equal((await shown(page)).ariaLive, "polite");
      assert.deepEqual(
        requested.filter((url) => url.endsWith(".bin")), // the files of Python
        [],
        "Python was not fetched",
      );
    });

    pageTest("a click on a segment of the chart goes to its step", async () => {
      await openPlayer(page);
      const place = (): Promise<string> => shown(page).then(({ place }) => place);
      // The step after the first sleep of this task, in which it blocks the event loop.
      const number = moments.all.findIndex(
        ({ turn }) => turn?.lane.name === "stocktaking" && turn.first > 1,
      );
      // The bar of the blocked span, which is drawn over the segment of this step.
      const box = await page.$eval(`${FIGURE} .tl-h rect`, (bar) => {
        bar.scrollIntoView({ block: "center" });
        const { x, y, width, height } = bar.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      });
      await page.mouse.click(box.x, box.y);
      assert.match(await place(), new RegExp(`^Step ${String(number + 1)} of`));
      await assertAt(page, number);
    });

    pageTest(
      "the playhead stays in view when the chart is zoomed in, and Close restores the figure",
      async () => {
        await openPlayer(page);
        await press(page, "Close");
        await nextFrame(page);
        const before = await appearance(page);
        assert.equal(await focused(page), "Step through");
        await page.keyboard.press("Enter");
        await page.waitForSelector(`${FIGURE} .tl-player`);
        await pressRepeatedly(page, "+", 8); // zooms in
        await nextFrame(page);
        const zoomed = await appearance(page);
        const places = await pressRepeatedly(page, "Next", last);
        assert.equal(places.length, last);
        assert.deepEqual(
          places.filter((place) => place === null),
          [],
          "the playhead is always in view",
        );
        await nextFrame(page);
        assert.notEqual(
          (await appearance(page)).axis,
          zoomed.axis,
          "the chart has moved along with the playhead",
        );
        await press(page, "Close");
        await nextFrame(page);
        assert.deepEqual(await appearance(page), before);
        assert.deepEqual((await shown(page)).marked, []);
      },
    );

    pageTest("Play plays the run to its end, and Play again starts over", async () => {
      await openPlayer(page);
      // At this speed, the run would take minutes, so Pause is pressed before its end.
      await page.select(`${FIGURE} .tl-player select`, "0.001");
      await press(page, "Play");
      const { playButton, ariaLive } = await shown(page);
      assert.deepEqual([playButton, ariaLive], ["Pause", "off"]);
      await press(page, "Pause");
      assert.deepEqual((await shown(page)).ariaLive, "polite");
      await page.select(`${FIGURE} .tl-player select`, "10");
      await recordPositions();
      await press(page, "Play");
      await until(page, /Play again/, ".tl-player-play");
      await assertAt(page, last);
      // Each position is a text such as "translateX(136px)".
      const seen = (await recordedPositions()).map((text) =>
        parseFloat(text.slice("translateX(".length)),
      );
      assert.deepEqual(
        seen,
        seen.toSorted((position, other) => position - other),
        "the playhead never moves backwards",
      );
      await press(page, "Play again");
      await until(page, /Play again/, ".tl-player-play");
      await assertAt(page, last);
    });

    pageTest("if the reader prefers reduced motion, Play jumps from step to step", async () => {
      await openPlayer(page);
      // The only positions at which the playhead may appear.
      const places = await pressRepeatedly(page, "Next", last);
      await page.select(`${FIGURE} .tl-player select`, "10");
      await page.evaluate(() => {
        const real = window.matchMedia.bind(window);
        window.matchMedia = (query) =>
          query.includes("reduced-motion") ? ({ matches: true } as MediaQueryList) : real(query);
      });
      await recordPositions();
      await press(page, "Play again");
      await until(page, /Play again/, ".tl-player-play");
      await assertAt(page, last);
      const seen = await recordedPositions();
      assert.ok(seen.length > 1);
      // Play again starts at the first step, whose position is not among those after a press of Next.
      assert.deepEqual(
        seen.slice(1).filter((place) => !places.includes(place)),
        [],
      );
    });

    pageTest(
      "the player has no accessibility violations in either colour scheme, fits a phone, and is not printed",
      async () => {
        await openPlayer(page);
        // Material for MkDocs fades into the colours of another scheme. It calls the light scheme "default"
        // and the dark one "slate".
        await page.addStyleTag({ content: "* { transition: none !important }" });
        for (const [width, scheme] of [
          [1280, "default"],
          [390, "slate"],
        ] as const) {
          await page.setViewport({ width, height: 900 });
          await page.evaluate(
            (scheme) => (document.body.dataset["mdColorScheme"] = scheme),
            scheme,
          );
          assert.deepEqual(
            await violations(page, { parts: "runnable-snippet" }),
            [],
            `${scheme}, ${String(width)} px`,
          );
          const contentWidth = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(contentWidth <= width, `${String(contentWidth)} px wide`);
        }
        await page.setViewport({ width: 1280, height: 900 });
        if (engine === "firefox") return; // Tests cannot emulate print in Firefox.
        await page.emulateMediaType("print");
        assert.ok(await page.$eval(`${FIGURE} .tl-player`, (player) => !player.checkVisibility()));
        await page.emulateMediaType();
      },
    );

    if (engine === "chromium") {
      test("if the code of the player cannot be loaded, the page says so, and the next attempt loads it", async () => {
        const reader = await freshPage(site.browser);
        await reader.goto(site.url + PAGE);
        await reader.focus(`${FIGURE} .tl-chart`);
        await reader.waitForSelector(`${FIGURE} .tl-scroll [role=button]`);
        await reader.setOfflineMode(true);
        await press(reader, "Step through");
        await reader.waitForSelector(".runnable-toast");
        assert.match(
          await reader.$eval(".runnable-toast", ({ textContent }) => textContent),
          /player could not be loaded.*network connection/,
        );
        await reader.setOfflineMode(false);
        await press(reader, "Step through");
        await reader.waitForSelector(`${FIGURE} .tl-player`);
        await reader.browserContext().close();
      });
    }

    test("the reader's own run can be stepped through as soon as it has ended", async () => {
      const figure = "runnable-playground .runnable-timeline";
      const widget = await inPlayground(TWO_DRINKS);
      await widget.press("Run");
      await page.waitForSelector(`${figure} .tl-scroll [role=button]`, { timeout: 60_000 });
      await widget.finished();
      await until(page, /of this run, in your browser.*: 3 tasks/, ".tl-head", figure);
      await page.waitForSelector(`${figure} .tl-tools button:not([hidden])`);
      await openPlayer(page, figure);
      const steps: Awaited<ReturnType<typeof shown>>[] = [];
      for (;;) {
        const now = await shown(page, figure);
        steps.push(now);
        const [, step, total] = /Step (\d+) of (\d+)/.exec(now.place)!;
        if (step === total) break;
        await press(page, "Next", figure);
      }
      const findStep = (pattern: RegExp) =>
        steps.find(({ description }) => pattern.test(description));
      const asleep = findStep(/^brew \(Task-\d\) started at line 4\. .*then slept at line 5\.$/);
      assert.equal(asleep?.excerpt, "   4  async def brew(drink: str, seconds: float) -> None:\n");
      assert.deepEqual(asleep.marked, ["async def brew(drink: str, seconds: float) -> None:"]);
      const woken = findStep(/^brew \(Task-3\) resumed from line 5, woken by a timer/);
      assert.equal(woken?.printed, "coffee is ready\n");
      assert.match(woken.entries.join("\n"), /^brew \(Task-2\) line 5, \S+\sms more, until /m);
      assert.match(steps.at(-1)!.description, /^The run ended after /);
      // A new run cannot be stepped through until it has ended.
      await widget.press("Run");
      await page.waitForSelector(".tl-player", { hidden: true });
      await widget.finished();
    });

    testInChromium(
      "the player shows the contents of the collections that the program's header names",
      async () => {
        const figure = "runnable-playground .runnable-timeline";
        const widget = await inPlayground(WATCHED);
        await widget.run();
        await page.waitForSelector(`${figure} .tl-tools button:not([hidden])`);
        await openPlayer(page, figure);
        // The description at each step, the names of the collections, and their contents.
        const steps: string[] = [];
        for (;;) {
          const { description, parts, entries, place } = await shown(page, figure);
          steps.push([description, ...parts, ...entries].join(" | "));
          const [, step, total] = /Step (\d+) of (\d+)/.exec(place)!;
          if (step === total) break;
          await press(page, "Next", figure);
        }
        assert.deepEqual(steps.slice(2, -1), [
          'MainThread came to line 9. "later" came into timers. Then it slept for 300\u00a0ms at line 9.' +
            ' | ready | timers | "now" | in 0.20 s: "later"',
          'MainThread came to line 10. "later" is due. | ready | timers | "now" | due: "later"',
          'MainThread came to line 11. "later" went from timers to ready.' +
            ' | ready: 2 | timers | "now" | "later"',
        ]);
      },
    );

    testInChromium(
      "a program that does not run in the browser can be stepped through as recorded",
      async () => {
        await page.goto(`${site.url}/how-to/find-what-blocks/`);
        const snippet = '[data-name="hold_ups/dump_later"]';
        const figure = `${snippet} .runnable-timeline`;
        await new Widget(page, figure).press("Step through");
        await page.waitForSelector(`${figure} .tl-player`);
        for (;;) {
          const { place, description } = await shown(page, figure);
          const line = /from line (\d+)/.exec(description)?.[1] ?? "";
          // The page shows only the section of the program that ends at line 27.
          if (Number(line) > 0 && Number(line) <= 27) {
            await page.waitForSelector(`${snippet} .runnable-marked[data-line="${line}"]`);
            return;
          }
          const [, step, total] = /Step (\d+) of (\d+)/.exec(place)!;
          assert.notEqual(step, total, "no step resumes from a line that the page shows");
          await press(page, "Next", figure);
        }
      },
    );
  });
}
