/** On paper, a page shows programs, their output and all answers, but no controls. */
// suite: light
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "puppeteer-core";
import { freshPage, useSite } from "../support/site.ts";

const site = useSite();

/** Opens a page as it looks when it is printed. */
async function openForPrint(path: string): Promise<Page> {
  const page = await freshPage(site.browser);
  await page.goto(site.url + path, { waitUntil: "networkidle0" });
  await page.emulateMediaType("print");
  return page;
}

/** Returns how many of the elements that match a selector are visible. */
async function countVisible(page: Page, selector: string): Promise<number> {
  return page.$$eval(
    selector,
    (all) => all.filter((element) => element.checkVisibility() && element.clientHeight > 0).length,
  );
}

test("a widget prints its source and its output, and no buttons", async () => {
  const page = await openForPrint("/tutorials/first-overlap/");
  const count = (await page.$$("runnable-snippet")).length;
  assert.ok(count > 3);
  assert.equal(await countVisible(page, ".runnable-code"), count);
  assert.equal(await countVisible(page, ".runnable-output"), count);
  assert.equal(await countVisible(page, "main button"), 0);
  await page.browserContext().close();
});

test("collapsed parts of a page are printed open", async () => {
  const page = await openForPrint("/reference/misconceptions/");
  assert.equal(
    await countVisible(page, ".runnable-output"),
    (await page.$$("runnable-snippet")).length,
  );
  await page.browserContext().close();
});

test("a table is printed with all rows, but without filters and questions", async () => {
  const page = await openForPrint("/how-to/choose-a-model/");
  assert.equal(await countVisible(page, "choice-table :is(button, input)"), 0);
  assert.equal(await countVisible(page, "choice-table tbody tr"), 10); // all rows of the table
  await page.browserContext().close();
});

test("a page in the dark scheme is printed in the colours of the light scheme", async () => {
  /** The printed colours of the segments of timelines, and of output on stderr. */
  const colours = async (scheme: string): Promise<string[]> => {
    const page = await freshPage(site.browser);
    await page.goto(`${site.url}/tutorials/first-overlap/`, { waitUntil: "networkidle0" });
    await page.evaluate((scheme) => (document.body.dataset["mdColorScheme"] = scheme), scheme);
    await page.emulateMediaType("print");
    const found = await page.$$eval(".tl-r rect, .tl-w rect, .runnable-stderr", (elements) =>
      elements.map((element) => {
        const { fill, color } = getComputedStyle(element);
        return `${fill} ${color}`;
      }),
    );
    await page.browserContext().close();
    return found;
  };
  // Material for MkDocs calls its light scheme "default" and its dark one "slate".
  const light = await colours("default");
  assert.ok(light.length > 20);
  assert.deepEqual(await colours("slate"), light);
});
