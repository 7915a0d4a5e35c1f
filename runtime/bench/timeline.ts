/**
 * Measures the view of a timeline with 10 000 tasks in Chromium and Firefox. Prints how long a frame
 * takes, from its script to the end of its layout, while lanes are scrolled, time is zoomed, the run
 * grows, and the player steps and plays: the median and the maximum in ms. While the player opens, it
 * computes in many pieces: "opening" is how long one piece blocks the page, and "opened" is the time
 * from the click until the player is open.
 *
 * Usage: node runtime/bench/timeline.ts [--tasks N] [--runtime DIR]
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

/**
 * What the reader does → how long each frame took in which this happened, in ms. For the opening of the
 * player, the numbers have another meaning; see the head of this file.
 */
type Frames = Record<string, number[]>;

/**
 * Measures the frames. This function runs in the page.
 *
 * @param count - how many tasks the timeline has.
 * @param source - the source of `manyTasks`.
 */
async function measure(count: number, source: string): Promise<Frames> {
  const { decodeEvents, Timeline, TimelineView } = (await import(
    "/harness.js" as string
  )) as typeof import("../harness/page.ts");
  // The function comes from the benchmark as text.
  // oxlint-disable-next-line typescript/no-implied-eval
  const events = decodeEvents((new Function(`return (${source})`)() as typeof manyTasks)(count))!;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = "/widget.css";
  document.head.append(style);
  await new Promise((resolve) => (style.onload = resolve));
  const figure = document.createElement("figure");
  figure.className = "runnable-timeline";
  document.body.append(figure);
  const view = new TimelineView({ figure, markLine: () => undefined });

  const frames: Frames = {};
  /** Measures from the start of the next frame until a message arrives that was sent after its layout. */
  const measureFrame = (name: string, act: () => void): Promise<void> =>
    new Promise((resolve) => {
      const channel = new MessageChannel();
      let start = 0;
      channel.port1.onmessage = () => {
        (frames[name] ??= []).push(performance.now() - start);
        resolve();
      };
      // One callback is requested before `act` and one after it, so the view draws between the two.
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
  for (let start = 0; start < events.length; start += step) {
    await measureFrame("growing", () => {
      live.add(1, events.slice(start, start + step));
      view.changed();
    });
  }
  live.end(live.now);
  view.show(live, { what: "of this run" });
  const scroll = figure.querySelector(".tl-scroll")!;
  for (let frame = 0; frame < 60; frame++) {
    await measureFrame("scrolling", () => {
      scroll.scrollTop += scroll.scrollHeight / 70;
    });
  }
  const press = (key: string): void => {
    figure
      .querySelector("[tabindex]")!
      .dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  };
  for (let frame = 0; frame < 20; frame++) await measureFrame("zooming", () => press("+"));
  for (let frame = 0; frame < 20; frame++) await measureFrame("zooming", () => press("-"));
  const button = (name: string): HTMLButtonElement =>
    [...figure.querySelectorAll("button")].find(({ textContent }) => textContent === name)!;
  // Opening takes many frames. Measure the gaps between messages, in which the page could do nothing else.
  const ticks = new MessageChannel();
  const gaps: number[] = [];
  frames["opening"] = gaps;
  const clicked = performance.now();
  let before = clicked;
  button("Step through").click();
  while (!figure.querySelector(".tl-player")) {
    await new Promise((resolve) => {
      ticks.port1.onmessage = resolve;
      ticks.port2.postMessage(0);
    });
    const now = performance.now();
    gaps.push(now - before);
    before = now;
  }
  frames["opened"] = [before - clicked];
  // Add the frame in which the browser first lays out the player.
  await measureFrame("opening", () => undefined);
  for (let frame = 0; frame < 60; frame++) {
    await measureFrame("stepping", () => button("Next").click());
  }
  // Begin at a moment after which tasks run in every frame of the playback.
  const slider = figure.querySelector<HTMLInputElement>(".tl-player input")!;
  slider.value = String(events.length / 10);
  slider.dispatchEvent(new Event("input"));
  const speed = figure.querySelector<HTMLSelectElement>(".tl-player select")!;
  speed.value = "0.1";
  speed.dispatchEvent(new Event("change"));
  // The player requests its frames itself. In each frame, `markStart` runs before the callback of the
  // player, and the measurement ends after that callback.
  let start = 0;
  let request = 0;
  const markStart = (): void => {
    start = performance.now();
    request = requestAnimationFrame(markStart);
  };
  markStart();
  button("Play").click();
  const played: number[] = [];
  for (let frame = 0; frame < 60; frame++) {
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
  cancelAnimationFrame(request);
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
