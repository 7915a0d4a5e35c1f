/** The tutorials as a newcomer walks them: a fresh profile, a phone, from the home page to the end. */
// suite: light
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ElementHandle } from "puppeteer-core";
import { freshPage, useSite, Widget } from "./support/site.ts";

const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };
/** Each leads to the next one by its own "Next"; the last one to the choice of a model. */
const STEPS = [
  "/tutorials/first-overlap/",
  "/tutorials/chess-exhibition/",
  "/tutorials/build-an-event-loop/",
  "/tutorials/fail-and-cancel/",
  "/tutorials/factorial-server/",
  "/how-to/choose-a-model/",
];

const stage = useSite();

test("from the home page through every tutorial, running the first program of each", async () => {
  const page = await freshPage(stage.browser, PHONE);
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
    // The address changes before the text does.
    await link.evaluate((link) => link.closest("article")!.classList.add("left"));
    await link.scrollIntoView();
    await link.tap();
    await page.waitForFunction((path) => location.pathname === path, {}, path);
    await page.waitForSelector("article:not(.left) h1");
  };

  await page.goto(`${stage.url}/`);
  await follow("/tutorials/");
  for (const path of STEPS) {
    await follow(path);
    const widget = new Widget(page);
    const { text, stderr, notes } = await widget.run();
    assert.notEqual(text + stderr, "", path);
    assert.deepEqual(
      notes.filter((note) => note.startsWith("Exit status")),
      [],
      path,
    );
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(overflow, 0, `${path} scrolls sideways`);
  }
  await page.browserContext().close();
});
