/** axe-core finds no accessibility violation on any kind of page, on either device, in either scheme. */
// suite: light
// suite: takes 150 s

import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Page, Viewport } from "puppeteer-core";
import { freshPage, siteDirectory, unfold, useSite, Widget } from "../support/site.ts";
import { expectPainted, prefer, type Scheme } from "../support/schemes.ts";
import { violations } from "../support/violations.ts";

const VIEWPORTS: Record<string, Viewport> = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true },
};

/** Each page opens in the first scheme and then changes to the second, so both directions are tested. */
const SCHEMES: Record<keyof typeof VIEWPORTS, [first: Scheme, then: Scheme]> = {
  desktop: ["light", "dark"],
  phone: ["dark", "light"],
};

async function openSearch(page: Page): Promise<void> {
  await page.focus(".md-search__input");
  await page.keyboard.type("task");
  await page.waitForSelector(".md-search-result__item");
}

async function openMenu(page: Page): Promise<void> {
  await page.evaluate(() => document.querySelector<HTMLInputElement>("#__drawer")?.click());
  await page.waitForSelector("#__drawer:checked");
}

async function openPreview(page: Page): Promise<void> {
  await page.focus("a[data-preview]");
  await page.waitForSelector(".md-tooltip2--active");
}

/** Runs two programs: one that leaves a note below its output, and one that asks for input. */
async function askForInput(page: Page): Promise<void> {
  const widget = new Widget(page);
  await widget.write("import os\ntry:\n    os.fork()\nexcept OSError: pass\nprint('ready')\n");
  await widget.run();
  await page.waitForSelector(".runnable-difference");
  await widget.write("print('Good morning!')\nname = input('What is your name? ')\n");
  await widget.press("Run");
  await page.waitForSelector(".runnable-ask input");
}

/** Answers the first question of the table "Choose a model". */
async function answerQuestion(page: Page): Promise<void> {
  await page.click("choice-table input");
  await page.waitForSelector("choice-table tr[aria-current]");
}

/** Runs the program of the chess exhibition, and shows its result. */
async function playExhibition(page: Page): Promise<void> {
  // The exhibition opens when a reader comes near.
  await page.$eval("chess-exhibition", (hall) => hall.scrollIntoView());
  // The browser asks for reduced motion (see `prefer`), so the result appears without an animation.
  await page.waitForSelector(".chess-play");
  await page.click(".chess-play");
  await page.waitForFunction(
    () => /times faster/.test(document.querySelector(".chess-status")?.textContent ?? ""),
    { timeout: 60_000, polling: "mutation" },
  );
}

/** A page, or a part of it, in the state in which it is checked. */
interface View {
  path: string;
  /** A selector of the parts to check, if another view already covers the rest of the page. */
  parts?: string;
  /** Brings the page into the state, for example by opening a menu. */
  prepare?: (page: Page) => Promise<void>;
  /** The only device on which the view exists. */
  only?: keyof typeof VIEWPORTS;
}

const VIEWS: Record<string, View> = {
  home: { path: "/" },
  "the first tutorial": { path: "/tutorials/what-concurrency-is/" },
  "a tutorial": { path: "/tutorials/chess-exhibition/" },
  "a played exhibition": {
    path: "/tutorials/chess-exhibition/",
    prepare: playExhibition,
    parts: "chess-exhibition",
  },
  "an explanation": { path: "/explanation/execution-models/" },
  "the glossary": { path: "/reference/glossary/" },
  "the claim ledger": { path: "/reference/claims/?verdict=outdated" },
  "all programs": { path: "/reference/snippets/" },
  "API by version": { path: "/reference/api-by-version/" },
  misconceptions: { path: "/reference/misconceptions/", prepare: unfold },
  "choose a model": { path: "/how-to/choose-a-model/", prepare: answerQuestion },
  "a notebook": { path: "/measured/one-job-every-model/" },
  "the playground": { path: "/playground/" },
  "pages by topic": { path: "/tags/" },
  "a program that asks for input": { path: "/tutorials/first-overlap/", prepare: askForInput },
  "a missing page": { path: "/not/a/page/" },
  "search open": {
    path: "/tutorials/first-overlap/",
    prepare: openSearch,
    parts: ".md-header",
  },
  "menu open": {
    path: "/tutorials/first-overlap/",
    prepare: openMenu,
    parts: ".md-sidebar--primary",
    only: "phone",
  },
  "a glossary preview": {
    path: "/tutorials/first-overlap/",
    prepare: openPreview,
    parts: ".md-tooltip2",
    only: "desktop",
  },
};

const site = useSite();

/** Opens a page in a profile of its own, so that no stored preference affects the next view. */
async function withPage(
  { path, prepare }: View,
  viewport: Viewport,
  scheme: Scheme,
  check: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await freshPage(site.browser, viewport);
  try {
    await prefer(page, scheme);
    await page.goto(site.url + path, { waitUntil: "networkidle0" });
    await prepare?.(page);
    await check(page);
  } finally {
    await page.browserContext().close();
  }
}

/** The pages that are checked as a whole in another test, which includes their diagrams. */
const CHECKED_AS_WHOLE = new Set(
  Object.values(VIEWS)
    .filter(({ parts }) => parts === undefined)
    .map(({ path }) => path),
);

/**
 * Removes everything from the text of a page except its diagrams, to make the check faster. No diagram
 * refers to an element outside of itself, so the result for the diagrams is the same.
 */
async function removeSurroundings(page: Page): Promise<void> {
  await page.$$eval("article > :not(figure.diagram, :has(figure.diagram))", (all) =>
    all.forEach((element) => element.remove()),
  );
}

test("no violations in any diagram, in either scheme", async () => {
  const paths: string[] = [];
  for await (const file of glob("**/index.html", { cwd: siteDirectory })) {
    const html = await readFile(join(siteDirectory, file), "utf8");
    const path = `/${file.slice(0, -"index.html".length)}`;
    if (html.includes('<figure class="diagram') && !CHECKED_AS_WHOLE.has(path)) paths.push(path);
  }
  assert.ok(paths.length >= 12, `only ${String(paths.length)} pages have diagrams`);
  const page = await freshPage(site.browser);
  for (const path of paths.toSorted()) {
    for (const scheme of ["light", "dark"] as const) {
      await prefer(page, scheme);
      if (scheme === "light") {
        await page.goto(site.url + path);
        await removeSurroundings(page);
      }
      await expectPainted(page, scheme);
      const scope = { parts: "figure.diagram", onlyColours: scheme === "dark" };
      assert.deepEqual(await violations(page, scope), [], `${path}, ${scheme}`);
    }
  }
  await page.browserContext().close();
});

// While its page loads, a test mostly waits, so two tests run at the same time.
describe("no violations", { concurrency: 2 }, () => {
  for (const [name, view] of Object.entries(VIEWS)) {
    for (const [device, viewport] of Object.entries(VIEWPORTS)) {
      if (view.only && view.only !== device) continue;
      const [first, then] = SCHEMES[device]!;
      const parts = view.parts === undefined ? {} : { parts: view.parts };
      test(`${name}, ${device}`, async () => {
        await withPage(view, viewport, first, async (page) => {
          await expectPainted(page, first);
          assert.deepEqual(await violations(page, parts), [], first);
          await prefer(page, then);
          await expectPainted(page, then);
          assert.deepEqual(await violations(page, { ...parts, onlyColours: true }), [], then);
        });
      });
    }
  }
});
