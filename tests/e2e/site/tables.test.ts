/** Tables of data can be searched and filtered with the keyboard, and are complete without scripts. */
// suite: light
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "puppeteer-core";
import { freshPage, useSite } from "../support/site.ts";

const site = useSite();

/** The claim ledger, a table with a row for each of more than 130 claims. Rows have ids such as S000.6. */
const LEDGER = "/reference/claims/";

async function open(path: string): Promise<Page> {
  const page = await freshPage(site.browser);
  await page.goto(site.url + path, { waitUntil: "networkidle0" });
  return page;
}

/** The ids of the rows that are visible. */
async function shownRows(page: Page): Promise<string[]> {
  return page.$$eval("data-table tbody tr", (rows) =>
    rows.filter((row) => row.checkVisibility()).map((row) => row.id),
  );
}

async function status(page: Page): Promise<string> {
  return page.$eval("data-table [role=status]", (element) => element.textContent ?? "");
}

test("a search and a filter narrow the table down, and the address contains both", async () => {
  const page = await open(LEDGER);
  const all = (await shownRows(page)).length;
  assert.ok(all > 130);
  await page.focus("data-table input");
  await page.keyboard.type("flask");
  await page.keyboard.press("Tab");
  await page.keyboard.type("outdated"); // picks the option in the focused list
  const found = await shownRows(page);
  assert.ok(found.includes("S000.6") && found.length < 10, found.join());
  assert.equal(await status(page), `${String(found.length)} of ${String(all)} shown`);
  assert.equal(new URL(page.url()).search, "?find=flask&verdict=outdated");
  await page.reload({ waitUntil: "networkidle0" });
  assert.deepEqual(await shownRows(page), found);
  const clearButton = await page.$("data-table button");
  await clearButton?.focus();
  await page.keyboard.press("Enter");
  assert.equal((await shownRows(page)).length, all);
  assert.equal(new URL(page.url()).search, "");
  await page.browserContext().close();
});

test("a link to a row that the filter hides shows the row", async () => {
  const page = await open(`${LEDGER}?verdict=wrong#S001.24`);
  assert.ok((await shownRows(page)).includes("S001.24"));
  await page.browserContext().close();
});

test("on a phone, rows are cards that fit the width of the screen", async () => {
  const page = await open(LEDGER);
  await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
  const [width, display] = await page.$eval("data-table tbody tr", (row) => [
    document.documentElement.scrollWidth,
    getComputedStyle(row).display,
  ]);
  assert.deepEqual([width, display], [390, "block"]);
  await page.browserContext().close();
});

test("answering questions with the keyboard leads to a row and its reason", async () => {
  const page = await open("/how-to/choose-a-model/");
  const countQuestions = (): Promise<number> =>
    page.$$eval("choice-table fieldset", (all) => all.length);
  assert.equal(await countQuestions(), 1);
  await page.focus("choice-table input");
  await page.keyboard.press("ArrowDown"); // chooses "a few hundred"
  assert.equal(await countQuestions(), 2);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space"); // chooses "waits"
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown"); // chooses "its calls block"
  assert.equal(await countQuestions(), 3);
  const result = await page.$eval("choice-table [role=status]", (element) => element.textContent);
  assert.equal(
    result,
    "threads, because its library blocks, so each wait needs a thread. Start from threads.",
  );
  assert.equal(
    await page.$eval("tr[aria-current]", (row) => row.cells[1]?.textContent.trim()),
    "threads",
  );
  assert.equal(
    await page.$eval("choice-table [role=group]", (group) => group.ariaLabel),
    "Questions about your job",
  );
  await page.keyboard.press("Tab"); // moves to the link in the result
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter"); // presses "Start again"
  assert.equal(await countQuestions(), 1);
  assert.equal((await page.$$("tr[aria-current]")).length, 0);
  await page.browserContext().close();
});

test("if the project chooses no words for a choice table, the questions and the result have neutral words", async () => {
  const page = await open("/how-to/choose-a-model/");
  await page.evaluate(() => {
    const table = document.querySelector<HTMLElement>("choice-table")!;
    const copy = table.cloneNode(true) as HTMLElement;
    // The script adds the questions again when the copy is inserted.
    copy.querySelector(".choice")?.remove();
    delete copy.dataset["label"];
    delete copy.dataset["result"];
    table.replaceWith(copy);
  });
  await page.locator("choice-table input").click();
  const words = await page.$eval("choice-table [role=group]", (group) => {
    return [group.ariaLabel, group.querySelector("[role=status]")?.textContent];
  });
  assert.deepEqual(words, ["Questions", "is the only one in progress"]);
  await page.browserContext().close();
});

test("without JavaScript a table has all rows and no controls", async () => {
  const page = await freshPage(site.browser);
  await page.setJavaScriptEnabled(false);
  await page.goto(site.url + LEDGER);
  assert.ok((await shownRows(page)).length > 130);
  assert.equal((await page.$$("data-table :is(input, select, button)")).length, 0);
  await page.goto(`${site.url}/how-to/choose-a-model/`);
  assert.equal((await page.$$("choice-table tbody tr")).length, 10);
  assert.equal((await page.$$("choice-table :is(input, button)")).length, 0);
  await page.browserContext().close();
});
