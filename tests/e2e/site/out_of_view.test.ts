/**
 * Browsers do not lay out code and timelines that are far from the viewport (`content-visibility`). These
 * parts keep their place, and links and the search in the page still find them.
 */
// suite: light
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "puppeteer-core";
import { frames } from "../support/limits.ts";
import { freshPage, useSite } from "../support/site.ts";

const site = useSite();

const PAGE = "/tutorials/first-overlap/";
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** The parts that browsers do not lay out if they are far from the viewport. */
const PARTS = 'runnable-snippet > .runnable-code, .tl-chart[role="img"]';

/** Opens a page. Without `skips`, everything is laid out, as in a browser that does not skip parts. */
async function open(size: keyof typeof SIZES, skips = true, path = PAGE): Promise<Page> {
  const page = await freshPage(site.browser, SIZES[size]);
  if (!skips) {
    await page.evaluateOnNewDocument(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { content-visibility: visible !important; }");
      document.adoptedStyleSheets.push(sheet);
    });
  }
  await page.goto(site.url + path, { waitUntil: "networkidle0" });
  return page;
}

/** Scrolls, and lets the browser lay out what has come into view. */
async function scroll(page: Page, by: number): Promise<void> {
  await page.evaluate((by) => scrollBy({ top: by, behavior: "instant" }), by);
  await frames(page, 3);
}

test("the code and the timelines below the first screens are not laid out", async () => {
  const page = await open("desktop");
  const skipped = await page.$$eval(
    PARTS,
    (all) =>
      all.filter(
        (part) => !part.firstElementChild!.checkVisibility({ contentVisibilityAuto: true }),
      ).length,
  );
  assert.ok(skipped >= 6, String(skipped));
  await page.browserContext().close();
});

for (const size of ["desktop", "phone"] as const) {
  test(`a part that is not laid out is as high as if it were: ${size}`, async () => {
    const heights: number[][] = [];
    for (const skips of [true, false]) {
      const page = await open(size, skips);
      heights.push(
        await page.$$eval(PARTS, (all) => all.map((part) => part.getBoundingClientRect().height)),
      );
      await page.browserContext().close();
    }
    const [skipped = [], laidOut = []] = heights;
    assert.ok(skipped.length > 10);
    skipped.forEach((height, index) => {
      // A horizontal scroll bar may add to the height of code.
      const difference = laidOut[index]! - height;
      assert.ok(difference > -0.5 && difference < 16, `${String(index)}: ${String(difference)}`);
    });
  });
}

test("in the playground, nothing moves when the script arrives, and the editor loads when a reader presses Tab", async () => {
  for (const size of Object.values(SIZES)) {
    const isMobile = size === SIZES.phone;
    const page = await freshPage(site.browser, { ...size, isMobile, hasTouch: isMobile });
    await page.evaluateOnNewDocument(() => {
      // The sum of all layout shifts, as browsers measure them.
      Object.assign(globalThis, { shifted: 0 });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          (globalThis as unknown as { shifted: number }).shifted += (
            entry as unknown as { value: number }
          ).value;
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(request.url()));
    await page.goto(`${site.url}/playground/`, { waitUntil: "networkidle0" });
    await page.waitForSelector("runnable-playground .runnable-orders-try");
    const shifted = await page.evaluate(
      () => (globalThis as unknown as { shifted: number }).shifted,
    );
    assert.ok(shifted < 0.01, String(shifted));
    const isEditor = (url: string): boolean => url.includes("/codemirror_editor-");
    assert.deepEqual(loaded.filter(isEditor), []);
    await page.keyboard.press("Tab");
    await page.waitForSelector("runnable-playground .cm-content");
    assert.equal(loaded.filter(isEditor).length, 1);
    await page.browserContext().close();
  }
});

test("a link leads to a heading below skipped parts, and nothing moves afterwards", async () => {
  const page = await open("phone", true, `${PAGE}#check-yourself`);
  const top = (): Promise<number> =>
    page.$eval("#check-yourself", (heading) => Math.round(heading.getBoundingClientRect().top));
  const before = await top();
  assert.ok(before >= 0 && before < 200, String(before));
  // Scroll through the parts above the heading, which are then laid out, and back.
  await scroll(page, -2000);
  await scroll(page, 2000);
  const after = await top();
  assert.ok(Math.abs(after - before) < 16, `${String(before)}, ${String(after)}`);
  await page.browserContext().close();
});

test("searching in the page finds code that is not laid out", async () => {
  const page = await open("desktop");
  const isFound = await page.evaluate(() => {
    const code = [...document.querySelectorAll(".runnable-code")].at(-1)!;
    const line = code.querySelector(".runnable-line")!.textContent.trim();
    // @ts-expect-error: not in the standard, but in all browsers.
    const hasMatch = window.find(line, true) as boolean;
    return hasMatch && code.contains(getSelection()!.anchorNode);
  });
  assert.equal(isFound, true);
  await page.browserContext().close();
});
