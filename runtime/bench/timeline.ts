/**
 * Measures the view of a timeline with 10 000 tasks in Chromium and Firefox: how long a frame takes,
 * from its script to the end of its layout, while lanes scroll, time is zoomed, the run grows, and it
 * is stepped through and played again. Prints the median and the longest of each, in ms; of "opening"
 * how long the page could do nothing else, and as "opened" the time until the player was there.
 *
 * Usage: node bench_timeline.ts [--tasks N] [--runtime DIR]
 */
import { parseArgs } from "node:util";
import type { Engine } from "../harness/browsers.ts";
import { manyTasks } from "./many_tasks.ts";
import { median } from "./median.ts";
import { Runner } from "../harness/runner.ts";

const { values } = parseArgs({
  options: {
    tasks: { type: "string", default: "10000" },
    runtime: { type: "string", default: "build/runtime" },
  },
});

type Frames = Record<string, number[]>;

/** In the page. */
async function measure(count: number, source: string): Promise<Frames> {
  const { decodeEvents, Timeline, TimelineView } = (await import(
    "/harness.js" as string
  )) as typeof import("../harness/page.ts");
  const events = decodeEvents((new Function(`return (${source})`)() as typeof manyTasks)(count))!;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = "/widget.css";
  document.head.append(style);
  await new Promise((resolve) => (style.onload = resolve));
  const figure = document.createElement("figure");
  figure.className = "runnable-timeline";
  document.body.append(figure);
  const view = new TimelineView({ figure, go: () => undefined });

  const frames: Frames = {};
  /** From the beginning of the frame that shows this until the browser can go on. */
  const note = (name: string, act: () => void): Promise<void> =>
    new Promise((resolve) => {
      const channel = new MessageChannel();
      let start = 0;
      channel.port1.onmessage = () => {
        (frames[name] ??= []).push(performance.now() - start);
        resolve();
      };
      // Before the view asks for the frame, and after it: its own work lies between.
      requestAnimationFrame(() => (start = performance.now()));
      act();
      requestAnimationFrame(() => {
        figure.getBoundingClientRect();
        channel.port2.postMessage(0);
      });
    });

  const live = new Timeline();
  view.show(live, { what: "of this run" });
  const step = Math.ceil(events.length / 120);
  for (let at = 0; at < events.length; at += step) {
    await note("growing", () => {
      live.add(1, events.slice(at, at + step));
      view.changed();
    });
  }
  live.end(live.now);
  view.show(live, { what: "of this run" });
  const scroll = figure.querySelector(".tl-scroll")!;
  for (let at = 0; at < 60; at++) {
    await note("scrolling", () => {
      scroll.scrollTop += scroll.scrollHeight / 70;
    });
  }
  const press = (key: string): void => {
    figure
      .querySelector("[tabindex]")!
      .dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  };
  for (let at = 0; at < 20; at++) await note("zooming", () => press("+"));
  for (let at = 0; at < 20; at++) await note("zooming", () => press("-"));
  const named = (name: string): HTMLButtonElement =>
    [...figure.querySelectorAll("button")].find(({ textContent }) => textContent === name)!;
  // It takes many frames: what counts is how long nothing else gets its turn.
  const ticks = new MessageChannel();
  const gaps: number[] = [];
  frames["opening"] = gaps;
  const opened = performance.now();
  let before = opened;
  named("Step through").click();
  while (!figure.querySelector(".tl-player")) {
    await new Promise((resolve) => {
      ticks.port1.onmessage = resolve;
      ticks.port2.postMessage(0);
    });
    const now = performance.now();
    gaps.push(now - before);
    before = now;
  }
  frames["opened"] = [before - opened];
  // With the layout of its first frame.
  await note("opening", () => undefined);
  for (let at = 0; at < 60; at++) await note("stepping", () => named("Next").click());
  // Where a task has its turn in every frame.
  const slider = figure.querySelector<HTMLInputElement>(".tl-player input")!;
  slider.value = String(events.length / 10);
  slider.dispatchEvent(new Event("input"));
  const pace = figure.querySelector<HTMLSelectElement>(".tl-player select")!;
  pace.value = "0.1";
  pace.dispatchEvent(new Event("change"));
  // While it plays it asks for each frame itself: this comes before it, the end of a note after it.
  let start = 0;
  let chain = 0;
  const first = (): void => {
    start = performance.now();
    chain = requestAnimationFrame(first);
  };
  first();
  named("Play").click();
  const played: number[] = [];
  for (let at = 0; at < 60; at++) {
    await new Promise<void>((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        played.push(performance.now() - start);
        resolve();
      };
      requestAnimationFrame(() => {
        figure.getBoundingClientRect();
        channel.port2.postMessage(0);
      });
    });
  }
  cancelAnimationFrame(chain);
  frames["playing"] = played;
  return frames;
}

for (const engine of ["chromium", "firefox"] satisfies Engine[]) {
  const runner = await Runner.open({ engine, runtime: values.runtime });
  try {
    const frames = await runner.page.evaluate(measure, Number(values.tasks), manyTasks.toString());
    for (const [name, all] of Object.entries(frames)) {
      const longest = Math.max(...all);
      console.log(
        `${engine.padEnd(9)} ${name.padEnd(10)} median ${median(all).toFixed(1).padStart(6)}` +
          `   longest ${longest.toFixed(1).padStart(6)}   of ${String(all.length)} frames`,
      );
    }
  } finally {
    await runner.close();
  }
}
