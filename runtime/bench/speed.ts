/**
 * Measures how fast the built site reacts in Chromium. Prints medians and ranges of several rounds, which
 * can only be compared on the same machine.
 *
 * Usage: node runtime/bench/speed.ts [--rounds N]
 */
import { parseArgs } from "node:util";
import type { Page } from "puppeteer-core";
import { launch } from "../harness/browsers.ts";
import { serve } from "../harness/server.ts";

const PAGE = "tutorials/first-overlap/";
/** The selector of the first widget on the page whose program can run in the browser. */
const FIRST = "runnable-snippet:not([data-native])";

/** What one round measures, under the labels that are printed. */
interface Round {
  "Stop → first output of the next run": number;
  "longest pause of the page while a program spins": number;
  "bytes sent before Run (kB)": number;
}

/** Presses a button of the first widget. Returns the time in ms until the output matches `pattern`. */
async function pressUntil(page: Page, name: string, pattern: string): Promise<number> {
  return page.evaluate(
    async (first, name, pattern) => {
      const widget = document.querySelector(first)!;
      const region = widget.querySelector("[role=log]")!;
      const button = [...widget.querySelectorAll("button")].find(
        (button) => button.textContent?.trim() === name,
      )!;
      const seen = new RegExp(pattern);
      const start = performance.now();
      return new Promise<number>((resolve) => {
        const check = () => {
          if (!seen.test(region.textContent ?? "")) return;
          observer.disconnect();
          resolve(performance.now() - start);
        };
        const observer = new MutationObserver(check);
        observer.observe(region, { childList: true, subtree: true, characterData: true });
        button.click();
      });
    },
    FIRST,
    name,
    pattern,
  );
}

/** Replaces the program in the editor of the first widget. */
async function write(page: Page, source: string): Promise<void> {
  await page.click(`${FIRST} .runnable-code`);
  await page.waitForSelector(`${FIRST} .cm-content`);
  await page.focus(`${FIRST} .cm-content`);
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.sendCharacter(source);
}

/** Returns the longest time in ms between two callbacks of a timer in the page, while `milliseconds` pass. */
async function longestPause(page: Page, milliseconds: number): Promise<number> {
  return page.evaluate(async (milliseconds) => {
    let longest = 0;
    let last = performance.now();
    for (const end = last + milliseconds; last < end;) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
    return longest;
  }, milliseconds);
}

async function measure(): Promise<Round> {
  const server = await serve("site");
  const browser = await launch("chromium");
  try {
    const page = await browser.newPage();
    await page.goto(server.url + PAGE, { waitUntil: "networkidle0" });
    const sentBefore = server.sent() / 1000;
    await write(page, "while True: pass\n");
    await pressUntil(page, "Run", "^Running");
    const pause = await longestPause(page, 1500);
    await write(page, "print('after')\n");
    const start = performance.now();
    await pressUntil(page, "Stop", "Stopped");
    await pressUntil(page, "Run", "^Running.*after");
    return {
      "Stop → first output of the next run": performance.now() - start,
      "longest pause of the page while a program spins": pause,
      "bytes sent before Run (kB)": sentBefore,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds: Round[] = [];
for (let round = 0; round < Number(values.rounds); round++) rounds.push(await measure());
for (const name of Object.keys(rounds[0]!) as (keyof Round)[]) {
  const figures = rounds.map((round) => round[name]).toSorted((a, b) => a - b);
  const unit = name.includes("kB") ? "" : " ms";
  const [low, median, high] = [0, 0.5, 1].map(
    (quantile) => figures[Math.round(quantile * (figures.length - 1))]!,
  );
  console.log(
    `${name.padEnd(50)} ${median!.toFixed(0).padStart(7)}${unit}  (${low!.toFixed(0)} to ${high!.toFixed(0)})`,
  );
}
