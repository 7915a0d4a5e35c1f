/** A newcomer with a phone reads the home page and then every tutorial, one after another. */
// suite: light
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ElementHandle, Page } from "puppeteer-core";
import { freshPage, useSite, Widget } from "../support/site.ts";

const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };
/** Pages in the sequence in which their texts link to one another: all tutorials, and then a how-to. */
const STEPS = [
  "/tutorials/what-concurrency-is/",
  "/tutorials/first-overlap/",
  "/tutorials/chess-exhibition/",
  "/tutorials/build-an-event-loop/",
  "/tutorials/fail-and-cancel/",
  "/tutorials/factorial-server/",
  "/how-to/choose-a-model/",
];

const site = useSite();

/** Runs the first program of the page, which has to print something and end without an error. */
async function runFirst(page: Page, path: string): Promise<string> {
  const { text, stderr, notes } = await new Widget(page).run();
  assert.notEqual(text + stderr, "", path);
  assert.deepEqual(
    notes.filter((note) => note.startsWith("Exit status")),
    [],
    path,
  );
  return text;
}

async function assertNoSidewaysScrolling(page: Page, path: string): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.equal(overflow, 0, `${path} scrolls sideways`);
}

/** Asserts that the home page explains concurrency and parallelism, and links to further pages. */
async function assertHomeAnswers(page: Page): Promise<void> {
  const home = await page.$eval(".home", (home) => {
    const drawing = home.querySelector(".diagram svg")?.getBoundingClientRect();
    return {
      text: (home as HTMLElement).innerText,
      picture: drawing && drawing.width > 200 && drawing.right <= innerWidth,
      // The rules of thumb: which way to overlap work suits which program.
      rules: [...home.querySelectorAll(".home-box li")].map((rule) => ({
        text: (rule as HTMLElement).innerText,
        paths: [...rule.querySelectorAll("a")].map(({ pathname }) => pathname),
      })),
      ways: [...home.querySelectorAll(".cards strong")].map(({ textContent }) => textContent),
    };
  });
  assert.match(home.text, /Concurrency means[^.]+\. Parallelism means[^.]+\./);
  assert.equal(home.picture, true, "the drawing is visible and fits the screen");
  assert.deepEqual(
    home.rules.map(({ text }) => text.split(":")[0]),
    [
      "It waits, and you call the library with await",
      "It waits, and the library has only ordinary functions",
      "It computes, in Python",
      "It does both",
    ],
  );
  assert.deepEqual(
    home.rules.map(({ paths }) => paths[0]),
    [
      "/tutorials/first-overlap/",
      "/how-to/choose-a-model/",
      "/how-to/parallelise-cpu-work/",
      "/how-to/choose-a-model/",
    ],
  );
  assert.deepEqual(home.ways, ["Learn from the start", "Look something up", "Copy a program"]);
}

test("links lead from the home page through every tutorial, and the first program of each page runs", async () => {
  const page = await freshPage(site.browser, PHONE);
  /** Taps a link of the page's text, not of its navigation. */
  const follow = async (path: string) => {
    const link = (await page.waitForFunction(
      (path) =>
        [...document.querySelectorAll<HTMLAnchorElement>("article a")].findLast(
          ({ pathname, hash }) => pathname === path && hash === "",
        ),
      {},
      path,
    )) as ElementHandle<HTMLAnchorElement>;
    // The address changes before the text does, so this class marks the old text.
    await link.evaluate((link) => link.closest("article")!.classList.add("left"));
    await link.scrollIntoView();
    await link.tap();
    await page.waitForFunction((path) => location.pathname === path, {}, path);
    await page.waitForSelector("article:not(.left) h1");
  };

  await page.goto(`${site.url}/`);
  await assertHomeAnswers(page);
  // The demo asks all three stations before the first one answers.
  const demo = await runFirst(page, "/");
  assert.match(demo, /ask Oslo\n.*ask Lima\n.*ask Cairo\n.*Lima answers\n/);
  await assertNoSidewaysScrolling(page, "/");

  await follow("/tutorials/");
  for (const path of STEPS) {
    await follow(path);
    await runFirst(page, path);
    await assertNoSidewaysScrolling(page, path);
  }
  await page.browserContext().close();
});

test("the first tutorial shows pictures before code, and its threads overlap", async () => {
  const page = await freshPage(site.browser, PHONE);
  await page.goto(site.url + STEPS[0]!);
  // "picture" for each diagram, and the name of each program.
  const order = await page.$$eval("article :is(.diagram, runnable-snippet)", (all) =>
    all.map((each) => each.getAttribute("data-name") ?? "picture"),
  );
  assert.deepEqual(order, [
    "picture",
    "picture",
    "basics/one_by_one",
    "basics/together",
    "basics/wrapping",
  ]);
  /** Runs a program, and returns how long it took for three customers, in seconds. */
  const seconds = async (name: string) => {
    const { text } = await new Widget(page, `[data-name="${name}"]`).run();
    return Number(/([\d.]+) s for three customers/.exec(text)![1]);
  };
  // The waits of the three customers add up to 1.2 s.
  assert.ok((await seconds("basics/one_by_one")) >= 1.2);
  assert.ok((await seconds("basics/together")) < 1.2);
  await page.browserContext().close();
});

test("without JavaScript the home page has the same content", async () => {
  const page = await freshPage(site.browser, PHONE);
  await page.setJavaScriptEnabled(false);
  await page.goto(`${site.url}/`);
  await assertHomeAnswers(page);
  const output = await page.$eval(".home [role=log]", (log) => (log as HTMLElement).innerText);
  assert.match(output, /0\.6\d s {2}done: 1\.35 s of waiting/);
  await assertNoSidewaysScrolling(page, "/");
  await page.browserContext().close();
});
