/**
 * A timeline on a page: static as published, and interactive as soon as the pointer or the focus
 * comes near it.
 */
// suite: light
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { manyTasks } from "../../../runtime/bench/many_tasks.ts";
import type * as Harness from "../../../runtime/harness/page.ts";
import type { AttachedTimeline } from "../../../runtime/page/timeline/attached_timeline.ts";
import { figure } from "../../../runtime/timeline/drawing/figure.ts";
import { html } from "../../../runtime/timeline/drawing/html.ts";
import { Timeline } from "../../../runtime/timeline/model/timeline.ts";
import {
  decodeTrace,
  type StoredTrace,
  type TraceRow,
} from "../../../runtime/timeline/model/trace_events.ts";
import { BLOCKED } from "../../runtime/timeline/model/sample_rows.ts";
import { frames, within } from "../support/limits.ts";
import { engines, useRunner } from "../support/runner.ts";
import { violations } from "../support/violations.ts";

/** Returns a recorded trace of a single process that ended at this time, in milliseconds. */
const trace = (rows: TraceRow[], end: number): StoredTrace => ({
  schema: 1,
  interpreter: "CPython 3.13",
  end,
  processes: [{ process: 1, parent: 0, rows }],
});

/** Two tasks, the first of which blocks the event loop for a second, and a thread of a library. */
const SMALL = trace(
  [...BLOCKED, ["lane", 9, 0, "thread", "manager", 5, 1, 0], ["run", 9, 5]],
  1110,
);
/** A trace with 10,000 tasks. */
const LARGE = trace(manyTasks(10_000), 1300);
/**
 * The traces that the server has, by name. It sends the trace called "held" when `release` is resolved,
 * and answers to requests for the trace called "failing" that there is none.
 */
const TRACES: Record<string, StoredTrace> = {
  small: SMALL,
  large: LARGE,
  held: SMALL,
  failing: SMALL,
};

/** Each test that needs the trace called "held" replaces this, and resolves it when the trace may arrive. */
let release = Promise.withResolvers<void>();

/** The global variables that the tests set in the page. */
interface PageGlobals {
  harness: typeof Harness;
  attached: AttachedTimeline;
  /** The lines of the source that the timeline has asked to show. */
  shownLines: number[];
  /** The timeline of a run that has not ended. */
  live: InstanceType<typeof Harness.Timeline>;
  /** What the clock of the live timeline shows, in milliseconds. */
  now: number;
}

/**
 * Sets up a page as the site does: with styles, a colour scheme ("default" is Material's light one, and
 * "slate" its dark one), and the figure of a trace.
 */
async function open(page: Page, name: string, scheme = "default"): Promise<void> {
  const recorded = TRACES[name]!;
  // If the pointer happened to be over the figure, it would make the figure interactive.
  await page.mouse.move(1, 1);
  const markup = html(
    figure(Timeline.of(decodeTrace(recorded)!), {
      what: `recorded on ${recorded.interpreter}`,
      name,
    }),
  );
  await page.evaluate(
    async (markup, name, scheme) => {
      if (!document.querySelector("link[rel=stylesheet]")) {
        const style = document.createElement("link");
        style.rel = "stylesheet";
        style.href = "/widget.css";
        document.head.append(style);
        await new Promise((resolve, reject) => {
          style.onload = resolve;
          style.onerror = () => reject(new Error("widget.css cannot be loaded"));
        });
      }
      const dark = scheme === "slate";
      document.documentElement.lang = "en";
      document.body.dataset["mdColorScheme"] = scheme;
      document.body.style.cssText = dark
        ? "--md-default-fg-color:#e2e4e9;--md-default-bg-color:#1e2129;--md-code-fg-color:#cfd2da;" +
          "--md-typeset-a-color:#8c9eff;background:#1e2129;color:#e2e4e9;margin:0"
        : "margin:0";
      document.body.innerHTML = `<main><h1>Page</h1><a href="#a" style="color:inherit">before</a><runnable-snippet>${markup}</runnable-snippet><a href="#b" style="color:inherit">after</a></main>`;
      // Close the timeline of the previous test.
      (window as unknown as Partial<PageGlobals>).attached?.close();
      const harness = (await import("/harness.js" as string)) as typeof Harness;
      const shownLines: number[] = [];
      const attached = harness.attachTimeline(
        document.querySelector("figure")!,
        harness.recordedAt(`/traces/${name}.json`),
        (line) => shownLines.push(line),
      );
      Object.assign(window, { harness, shownLines, attached });
    },
    markup,
    name,
    scheme,
  );
  await page.waitForSelector(".tl-tools button");
}

/** A segment that is a button: it exists only in an interactive timeline. */
const SEGMENT = ".tl-scroll [role=button]";

/**
 * Moves the focus into the chart as a reader with a keyboard does: from the link before the figure,
 * past the buttons, and in Firefox past the element that scrolls.
 */
async function enter(page: Page): Promise<void> {
  await page.focus("main > a");
  for (let count = 0; count < 6; count++) {
    await page.keyboard.press("Tab");
    const isThere = await page.evaluate(() =>
      document.activeElement?.matches(".tl-chart, .tl-scroll [role=button]"),
    );
    if (isThere) break;
  }
  await page.waitForSelector(SEGMENT);
  await page.waitForFunction(() => document.activeElement?.matches(".tl-scroll [role=button]"));
}

/** The role and the name of the element that has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement!;
    const name = element.getAttribute("aria-label") ?? element.textContent ?? "";
    return `${element.getAttribute("role") ?? element.localName} ${name}`;
  });
}

/** The text below the chart, which describes a segment or explains the colours. */
const panel = (page: Page): Promise<string> =>
  page.$eval(".tl-panel", (element) => element.textContent ?? "");

/**
 * Waits until the value that `read` returns passes the test. The interactive timeline redraws at most
 * once per frame, and only after its code has arrived.
 */
async function until(page: Page, test: (value: string) => boolean, read: () => Promise<string>) {
  let value = await read();
  for (const end = performance.now() + 60_000; performance.now() < end && !test(value);) {
    await frames(page);
    value = await read();
  }
  assert.ok(test(value), value);
}

/** The labels of the time axis, which show the visible range. */
const axisLabels = (page: Page): Promise<string> =>
  page.$$eval(".tl-axis text", (all) => all.map((text) => text.textContent).join());

for (const engine of engines) {
  describe(engine, () => {
    const shared = useRunner({
      engine,
      intercept: ({ url = "" }, response) => {
        const name = /^\/traces\/(\w+)\.json$/.exec(url)?.[1];
        const found = name === undefined ? undefined : TRACES[name];
        if (!found) return false;
        const send = (): void => {
          response.writeHead(200, { "content-type": "application/json" });
          response.end(JSON.stringify(found));
        };
        if (name === "failing") response.writeHead(404).end();
        else if (name === "held") void release.promise.then(send);
        else send();
        return true;
      },
    });

    test("the trace is fetched only when the pointer is on the chart, and the layout does not shift", async () => {
      const { page } = shared.runner;
      await page.setViewport({ width: 1000, height: 900 });
      const requested: string[] = [];
      const record = (request: { url(): string }): void => void requested.push(request.url());
      page.on("request", record);
      for (const width of [1000, 390]) {
        await page.setViewport({ width, height: 900 });
        for (const name of ["small", "large"]) {
          // Otherwise the new figure might appear under the pointer.
          await page.mouse.move(0, 0);
          await open(page, name);
          const places = (): Promise<number[]> =>
            page.$$eval("figure, figure > *, main > a", (all) =>
              all.map((element) => Math.round(element.getBoundingClientRect().top)),
            );
          const before = await places();
          assert.deepEqual(
            requested.filter((url) => url.endsWith(`${name}.json`)),
            [],
          );
          await page.hover(".tl-chart");
          await page.waitForSelector(SEGMENT);
          const after = await places();
          assert.deepEqual(after.slice(-1), before.slice(-1), `${name}, ${String(width)} px wide`);
          requested.length = 0;
        }
      }
      page.off("request", record);
    });

    test("the buttons are there before the timeline is interactive, and a press makes it interactive", async () => {
      const { page } = shared.runner;
      await page.setViewport({ width: 390, height: 900 });
      await open(page, "small");
      const whole = await axisLabels(page);
      await page.click("[aria-label='Zoom in']");
      await until(
        page,
        (ticks) => ticks !== whole && !ticks.includes("1.0 s"),
        () => axisLabels(page),
      );
      await open(page, "small");
      await page.focus("main > a");
      await page.keyboard.press("Tab");
      assert.equal(await focused(page), "button Step through");
      await page.waitForSelector(SEGMENT);
      // The interactive timeline has replaced this button with its own, which has the focus.
      assert.equal(await focused(page), "button Step through");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".tl-player");
      await page.setViewport({ width: 1000, height: 900 });
    });

    test("a press is not lost if the trace arrives while the button is held down", async () => {
      const { page } = shared.runner;
      await page.setViewport({ width: 1000, height: 900 });
      release = Promise.withResolvers();
      await open(page, "held");
      const whole = await axisLabels(page);
      const button = (await page.$("[aria-label='Zoom in']"))!;
      const box = (await button.boundingBox())!;
      const loaded = page.waitForResponse((response) => response.url().endsWith("held.json"));
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      release.resolve();
      await loaded;
      // If the interactive timeline did not wait until the button is released, it would appear in one of
      // these frames.
      await frames(page, 30);
      assert.equal(await page.$(SEGMENT), null, "nothing is replaced under the pointer");
      await page.mouse.up();
      await page.waitForSelector(SEGMENT);
      await until(
        page,
        (ticks) => ticks !== whole,
        () => axisLabels(page),
      );
    });

    test("a figure whose trace cannot be loaded does not change", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await page.evaluate(() => {
        const { attached, harness } = window as unknown as PageGlobals;
        attached.close();
        Object.assign(window, {
          attached: harness.attachTimeline(
            document.querySelector("figure")!,
            harness.recordedAt("/none.json"),
            () => {},
          ),
        });
      });
      await page.waitForSelector(".tl-tools button");
      const before = await page.$eval("figure", (element) => element.innerHTML);
      const answered = page.waitForResponse((response) => response.url().endsWith("none.json"));
      await page.hover(".tl-chart");
      await answered;
      assert.equal(await page.$eval("figure", (element) => element.innerHTML), before);
    });

    test("the keyboard reaches the chart with one press of Tab, after the buttons and before the table", async () => {
      const { page } = shared.runner;
      await page.setViewport({ width: 1000, height: 900 });
      await open(page, "small");
      await enter(page);
      assert.match(await focused(page), /^button Task-1 was ready to run for 1\sms/);
      const order = [];
      for (let count = 0; count < 3; count++) {
        await page.keyboard.press("Tab");
        order.push(await focused(page));
      }
      assert.deepEqual(order, [
        "button Show the event loop’s thread and 1 thread of libraries",
        "summary The timeline as a table",
        "a after",
      ]);
      for (let count = 0; count < 3; count++) {
        await page.keyboard.down("Shift");
        await page.keyboard.press("Tab");
        await page.keyboard.up("Shift");
      }
      assert.match(await focused(page), /^button Task-1/);
      await page.keyboard.down("Shift");
      await page.keyboard.press("Tab");
      await page.keyboard.up("Shift");
      // The whole run is shown already, but its button can still be reached by keyboard.
      assert.equal(await focused(page), "button Whole run");
      assert.equal(
        await page.$eval(".tl-chart", (element) => element.getAttribute("role")),
        "group",
      );
      assert.match(
        (await page.$eval(".tl-chart", (element) => element.getAttribute("aria-label"))) ?? "",
        /^Timeline: 2 tasks, 1\.11\ss\. Line 13 of Task-1 blocked .*\. Arrow keys/,
      );
    });

    test("the keyboard moves from segment to segment and from lane to lane", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await enter(page);
      const walk: [string, RegExp][] = [
        ["ArrowRight", /Task-1 slept for 101\sms, at line 11.*Woken by a timer/],
        ["ArrowRight", /Task-1 was ready to run for 200\sµs/],
        ["ArrowRight", /Task-1 blocked the event loop for 1\ss at line 13: time\.sleep/],
        ["ArrowDown", /Task-2 was ready to run for 1\ss/],
        ["ArrowDown", /Task-2 was ready to run for 1\ss/],
        ["End", /Task-2 ran for .*Failed with ValueError/],
        ["Home", /Task-2 was ready to run for 1\.50\sms.*woken by Task-1/],
        ["ArrowLeft", /Task-2 was ready to run for 1\.50\sms/],
        ["ArrowUp", /Task-1/],
        ["ArrowUp", /Task-1/],
      ];
      for (const [key, expected] of walk) {
        await page.keyboard.press(key as "Home");
        assert.match(await focused(page), expected, key);
        assert.match(await panel(page), expected, key);
        assert.equal((await page.$$(".tl-chart [tabindex]")).length, 1);
      }
    });

    test("Enter selects a segment and shows its line, and Escape clears the selection", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await enter(page);
      await page.keyboard.press("End");
      const pressed = (): Promise<string | undefined> =>
        page.evaluate(() => document.activeElement?.getAttribute("aria-pressed") ?? undefined);
      assert.equal(await pressed(), "false");
      await page.keyboard.press("Enter");
      assert.equal(await pressed(), "true");
      assert.deepEqual(
        await page.evaluate(() => (window as unknown as PageGlobals).shownLines),
        [13],
      );
      // The panel describes the selected segment even when the focus is elsewhere.
      await page.focus("main > a");
      assert.match(await panel(page), /Task-1 blocked the event loop/);
      await page.$eval(SEGMENT, (segment) => (segment as SVGElement).focus());
      await page.keyboard.press("Escape");
      await until(
        page,
        (value) => value === "false",
        async () => (await pressed()) ?? "",
      );
      await page.focus("main > a");
      assert.match(await panel(page), /running.*ready to run.*waiting/);
    });

    test("keys and buttons zoom, pan, and return to the whole run", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await enter(page);
      const whole = await axisLabels(page);
      await page.keyboard.press("+");
      await page.keyboard.press("+");
      await until(
        page,
        (ticks) => ticks !== whole && !ticks.includes("1.0 s"),
        () => axisLabels(page),
      );
      const zoomed = await axisLabels(page);
      await page.keyboard.down("Shift");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.up("Shift");
      await until(
        page,
        (ticks) => ticks !== zoomed,
        () => axisLabels(page),
      );
      // A segment outside the visible range comes into view when it gets the focus.
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("End");
      assert.match(await focused(page), /Task-2 ran for 900\sµs/);
      assert.match(await axisLabels(page), /1\.10 s/);
      await page.keyboard.press("0");
      await until(
        page,
        (ticks) => ticks === whole,
        () => axisLabels(page),
      );
      const press = (name: string): Promise<void> =>
        page.$$eval(
          ".tl-tools button",
          (buttons, name) =>
            buttons.find((button) => (button.ariaLabel ?? button.textContent) === name)!.click(),
          name,
        );
      await press("Zoom in");
      await until(
        page,
        (ticks) => ticks !== whole,
        () => axisLabels(page),
      );
      await press("Zoom out");
      await until(
        page,
        (ticks) => ticks === whole,
        () => axisLabels(page),
      );
    });

    test("the wheel zooms, and the pointer pans, describes and selects segments", async () => {
      const { page } = shared.runner;
      await page.setViewport({ width: 1000, height: 900 });
      await open(page, "small");
      await page.hover(".tl-chart");
      await page.waitForSelector(SEGMENT);
      const box = (await (await page.$(".tl-lanes"))!.boundingBox())!;
      // The names of the lanes are 136 px wide, and each lane is 22 px high.
      const pointAt = (shareOfTime: number, lane: number): [number, number] => [
        box.x + 136 + shareOfTime * (box.width - 136),
        box.y + 22 * lane + 14,
      ];
      await page.mouse.move(...pointAt(0.5, 0));
      assert.match(await panel(page), /Task-1 blocked the event loop for 1\ss at line 13/);
      assert.equal((await page.$$("[data-hover]")).length, 1);
      await page.mouse.move(...pointAt(0.5, 1));
      assert.match(await panel(page), /Task-2 was ready to run for 1\ss/);
      await page.mouse.click(...pointAt(0.5, 0));
      assert.match(await focused(page), /Task-1 blocked the event loop for 1\ss at line 13/);
      assert.deepEqual(
        await page.evaluate(() => (window as unknown as PageGlobals).shownLines),
        [13],
      );
      const whole = await axisLabels(page);
      await page.keyboard.down("Control");
      await page.mouse.wheel({ deltaY: -120 });
      await page.keyboard.up("Control");
      await until(
        page,
        (ticks) => ticks !== whole,
        () => axisLabels(page),
      );
      const zoomed = await axisLabels(page);
      await page.mouse.move(...pointAt(0.8, 1));
      await page.mouse.down();
      await page.mouse.move(...pointAt(0.5, 1), { steps: 4 });
      await page.mouse.up();
      await until(
        page,
        (ticks) => ticks !== zoomed,
        () => axisLabels(page),
      );
      assert.deepEqual(
        await page.evaluate(() => (window as unknown as PageGlobals).shownLines),
        [13],
        "dragging does not select a segment",
      );
      await page.mouse.move(10, 10);
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.keyboard.press("Escape");
    });

    test("two fingers zoom, one finger pans, and a tap selects", async () => {
      const { page } = shared.runner;
      await page.setViewport({ width: 390, height: 844, hasTouch: true });
      await open(page, "small");
      await enter(page);
      // The whole chart is visible, so there is nothing to scroll.
      const [height, visibleHeight] = await page.$eval(".tl-scroll", (scroll) => [
        scroll.scrollHeight,
        scroll.clientHeight,
      ]);
      assert.equal(height, visibleHeight);
      const box = (await (await page.$(".tl-lanes"))!.boundingBox())!;
      const y = box.y + 30;
      const whole = await axisLabels(page);
      const left = await page.touchscreen.touchStart(box.x + 150, y);
      const right = await page.touchscreen.touchStart(box.x + 200, y);
      await left.move(box.x + 50, y);
      await right.move(box.x + 300, y);
      await left.end();
      await right.end();
      await until(
        page,
        (ticks) => ticks !== whole,
        () => axisLabels(page),
      );
      const zoomed = await axisLabels(page);
      const finger = await page.touchscreen.touchStart(box.x + 250, y);
      for (const x of [220, 180, 100]) await finger.move(box.x + x, y);
      await finger.end();
      await until(
        page,
        (ticks) => ticks !== zoomed,
        () => axisLabels(page),
      );
      assert.deepEqual(
        await page.evaluate(() => (window as unknown as PageGlobals).shownLines),
        [],
      );
      await page.touchscreen.tap(box.x + 150, y);
      assert.match(await focused(page), /Task-1 blocked the event loop/);
      assert.deepEqual(
        await page.evaluate(() => (window as unknown as PageGlobals).shownLines),
        [13],
      );
      await page.setViewport({ width: 1000, height: 900 });
    });

    test("marking a line of the source marks its segments", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await enter(page);
      const marked = (): Promise<string> => page.$$eval(".tl-m rect", (all) => String(all.length));
      assert.equal(await marked(), "0");
      await page.evaluate(() => (window as unknown as PageGlobals).attached.mark(13));
      // At least the segment in which Task-1 blocked the event loop at line 13 is marked.
      await until(page, (count) => Number(count) >= 1, marked);
      await page.evaluate(() => (window as unknown as PageGlobals).attached.mark(0));
      await until(page, (count) => count === "0", marked);
    });

    test("a button shows and hides the lanes of the event loop's thread and of libraries", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await enter(page);
      const names = (): Promise<string[]> =>
        page.$$eval(".tl-scroll .tl-name", (all) => all.map((name) => name.textContent ?? ""));
      assert.deepEqual(await names(), ["Task-1", "Task-2"]);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.deepEqual(await names(), ["MainThread", "Task-1", "Task-2", "manager"]);
      assert.equal(
        await focused(page),
        "button Hide the event loop’s thread and 1 thread of libraries",
      );
      await page.keyboard.press("Enter");
      assert.deepEqual(await names(), ["Task-1", "Task-2"]);
    });

    test("in the interactive timeline, the table still has a row for each segment", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await enter(page);
      await page.click("figure summary");
      await page.waitForSelector("figure td");
      const rows = await page.$$eval("figure table:last-of-type tbody tr", (all) =>
        all.map((row) => [...row.children].map((cell) => cell.textContent)),
      );
      assert.deepEqual(rows[1]?.slice(0, 5), ["Task-1", "running", "2\u00a0ms", "3\u00a0ms", ""]);
      assert.equal(rows.length, 10);
      await page.click("figure summary");
    });

    test("the timeline of a live run grows with its clock, and the recording can be restored", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      const before = await page.$eval("figure", (element) => element.innerHTML);
      await page.evaluate(async () => {
        const { attached, harness } = window as unknown as PageGlobals;
        const live = new harness.Timeline();
        Object.assign(window, { live, now: 0 });
        await attached.show(live, {
          what: "of this run, in your browser",
          clock: () => (window as unknown as PageGlobals).now,
        });
        live.add(
          1,
          harness.decodeEvents([
            ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
            ["run", 1, 0],
            ["wait", 1, 5, "sleep", "", 3],
          ])!,
        );
        attached.changed();
      });
      const caption = (): Promise<string> =>
        page.$eval("figcaption", (element) => element.textContent ?? "");
      await until(
        page,
        (text) => /of this run, in your browser: 1 thread, 5\sms/.test(text),
        caption,
      );
      // The program only waits, but its clock advances.
      await page.evaluate(() => ((window as unknown as PageGlobals).now = 80));
      await page.waitForFunction(() =>
        document.querySelector("figcaption")?.textContent?.includes("80\u00a0ms"),
      );
      await page.$eval(SEGMENT, (segment) => (segment as SVGElement).focus());
      await page.keyboard.press("End");
      assert.match(await focused(page), /MainThread slept for 75\sms, at line 3/);
      await page.evaluate(() => {
        const { attached, harness, live } = window as unknown as PageGlobals;
        live.add(
          1,
          harness.decodeEvents([
            ["run", 1, 90],
            ["end", 1, 95, "done", ""],
          ])!,
        );
        live.end(100);
        attached.changed();
      });
      await until(page, (text) => text.includes("100\u00a0ms"), caption);
      assert.match(await focused(page), /MainThread slept for 85\sms/, "the focus stays");
      await page.evaluate(() => (window as unknown as PageGlobals).attached.showRecorded());
      assert.equal(await page.$eval("figure", (element) => element.innerHTML), before);
    });

    test("a hidden timeline is not drawn, but its caption is updated", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await enter(page);
      await within(
        page.evaluate(async () => {
          const { attached, harness } = window as unknown as PageGlobals;
          const live = new harness.Timeline();
          Object.assign(window, { live });
          await attached.show(live, { what: "of this run" });
          const seen = new Promise((resolve) => {
            const observer = new IntersectionObserver((entries) => {
              if (!entries.at(-1)!.isIntersecting) resolve(observer.disconnect());
            });
            observer.observe(document.querySelector(".tl-chart")!);
          });
          document.querySelector("figure")!.style.display = "none";
          await seen;
          live.add(
            1,
            harness.decodeEvents([
              ["lane", 1, 0, "thread", "MainThread", 0, -1, 0],
              ["run", 1, 0],
            ])!,
          );
          live.advance(50);
          attached.changed();
        }),
        "the chart to be hidden",
      );
      await frames(page, 2);
      assert.equal((await page.$$(".tl-scroll .tl-lane")).length, 0);
      // A timeline that is scrolled out of view is not drawn either, but its caption may still be read
      // aloud.
      assert.match(
        await page.$eval("figcaption span", (caption) => caption.textContent),
        /^Timeline of this run: 1 thread, 50\sms$/,
      );
      await page.evaluate(() => (document.querySelector("figure")!.style.display = ""));
      await page.waitForSelector(".tl-scroll .tl-lane");
    });

    test("a timeline of 10,000 tasks has few elements, also after scrolling, zooming and moving the focus", async () => {
      const { page } = shared.runner;
      await page.setViewport({ width: 1000, height: 900 });
      await open(page, "large");
      await enter(page);
      const elements = (): Promise<number> =>
        page.$$eval("figure *:not(td, tr)", (all) => all.length);
      assert.ok((await elements()) < 3000, String(await elements()));
      await page.$eval(".tl-scroll", (scroll) => (scroll.scrollTop = scroll.scrollHeight / 2));
      const names = (): Promise<string> =>
        page.$$eval(".tl-scroll .tl-name", (all) => all.map((name) => name.textContent).join());
      await until(page, (text) => text.includes("Task-5000"), names);
      assert.ok((await elements()) < 3000, String(await elements()));
      // The element of the segment with the focus is kept, although it is far above the visible lanes.
      assert.match(await focused(page), /^button MainThread/);
      for (let count = 0; count < 6; count++) await page.keyboard.press("+");
      assert.ok((await elements()) < 3000, String(await elements()));
      await page.keyboard.press("ArrowDown");
      assert.match(await focused(page), /^button Task-1 /);
      await until(page, (text) => text.includes("Task-1,"), names);
      await page.$eval("figure details", (details) => (details.open = true));
      await page.waitForSelector("figure td");
      assert.ok((await page.$$("figure tr")).length < 450);
      await page.$eval("figure details", (details) => (details.open = false));
    });

    test("markup in names, texts and reasons stays text", async () => {
      const { page } = shared.runner;
      await open(page, "small");
      await page.evaluate(async () => {
        const { attached, harness } = window as unknown as PageGlobals;
        const name = `<img src=x onerror="document.title='through'">`;
        const live = new harness.Timeline();
        live.add(
          1,
          harness.decodeEvents([
            ["lane", 1, 0, "thread", name, 0, -1, 0],
            ["output", 1, 2, "stdout", name, 1],
            ["wait", 1, 3, "lock", name, 2],
            ["end", 1, 9, "failed", name],
          ])!,
        );
        live.end(10);
        await attached.show(live, { what: "of this run" });
      });
      assert.equal((await page.$$("figure img")).length, 0);
      assert.notEqual(await page.title(), "through");
      await page.$eval("figure details", (details) => (details.open = true));
      await page.waitForSelector("figure td");
      assert.equal((await page.$$("figure img")).length, 0);
    });

    for (const parsed of ["with", "without"]) {
      test(`the tables of a static timeline appear when they are opened, if the page was parsed ${parsed} scripts`, async () => {
        const { page } = shared.runner;
        await open(page, "failing");
        // The instant navigation of the theme parses pages without scripts. Then <noscript>, in which the
        // tables are, contains elements instead of a text.
        if (parsed === "without") {
          await page.$eval("figure noscript", (packed) => {
            const { body } = new DOMParser().parseFromString(packed.outerHTML, "text/html");
            packed.replaceWith(...body.childNodes);
          });
        }
        const cells = (): Promise<string[]> =>
          page.$$eval("figure td", (all) =>
            all.filter((cell) => cell.checkVisibility()).map((cell) => cell.textContent),
          );
        assert.deepEqual(await cells(), []);
        await page.focus("figure summary");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => document.querySelector("figure td")?.checkVisibility());
        const found = await cells();
        assert.ok(found.includes("Task-1") && found.includes("waiting"), found.join());
        assert.equal((await page.$$("figure .tl-tables")).length, 1);
        assert.deepEqual(await violations(page), []);
      });
    }

    for (const scheme of ["default", "slate"]) {
      for (const width of [1000, 390]) {
        test(`no accessibility violations: ${scheme}, ${String(width)} px`, async () => {
          const { page } = shared.runner;
          await page.setViewport({ width, height: 900 });
          await open(page, "small", scheme);
          assert.deepEqual(await violations(page), [], "static");
          await enter(page);
          await page.keyboard.press("ArrowRight");
          await page.keyboard.press("Enter");
          await page.$eval("figure details", (details) => (details.open = true));
          await page.waitForSelector("figure td");
          assert.deepEqual(await violations(page), [], "interactive");
          assert.ok(
            (await page.evaluate(() => document.documentElement.scrollWidth)) <= width,
            "nothing is wider than the page",
          );
        });
      }
    }

    // Puppeteer cannot emulate print in Firefox.
    const skip = engine === "firefox";
    test("on paper, the lanes are printed, and the buttons are not", { skip }, async () => {
      const { page } = shared.runner;
      await page.setViewport({ width: 1000, height: 900 });
      await open(page, "small");
      await enter(page);
      await page.emulateMediaType("print");
      const visible = (selector: string): Promise<number> =>
        page.$$eval(
          selector,
          (all) => all.filter((part) => part.checkVisibility() && part.clientHeight > 0).length,
        );
      assert.equal(await visible("figure .tl-track"), 3); // two tasks and the time axis
      assert.equal(await visible("figure button"), 0);
      await page.emulateMediaType();
    });
  });
}
