/**
 * Readers move between pages without reloads, by keyboard, and from pages that do not exist. No page
 * sends a request to another host.
 */
// suite: light

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ElementHandle, Page } from "puppeteer-core";
import { freshPage, useSite } from "../support/site.ts";

const site = useSite();

/** Opens a page for a test, and asserts that no request goes to another host. */
async function withPage(path: string, use: (page: Page) => Promise<void>): Promise<void> {
  const page = await freshPage(site.browser);
  try {
    const foreignRequests: string[] = [];
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith("http") && origin !== site.url) foreignRequests.push(request.url());
    });
    await page.goto(site.url + path, { waitUntil: "networkidle0" });
    await use(page);
    assert.deepEqual(foreignRequests, [], "a request went to another host");
  } finally {
    await page.browserContext().close();
  }
}

// The instant navigation of Material for MkDocs only works for addresses in the sitemap, which contains
// those of the published site. docs/assets/site.js supplies a sitemap with the addresses of the server
// that is used, for example that of this test.
test("a link to another page is followed without a reload", () =>
  withPage("/tutorials/first-overlap/", async (page) => {
    // A reload would remove this variable.
    await page.evaluate(() => Object.assign(globalThis, { stayed: true }));
    await page.click(".md-footer__link--next");
    await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("chess"));
    assert.equal(new URL(page.url()).pathname, "/tutorials/chess-exhibition/");
    assert.equal(await page.evaluate(() => "stayed" in globalThis), true);
  }));

test("a page is prefetched when the pointer is on a link to it", () =>
  withPage("/tutorials/first-overlap/", async (page) => {
    const prefetch = page.waitForRequest((request) =>
      request.url().endsWith("/tutorials/chess-exhibition/"),
    );
    await page.hover(".md-footer__link--next");
    await prefetch;
  }));

test("a link to the glossary shows a preview of the entry", () =>
  withPage("/tutorials/chess-exhibition/", async (page) => {
    await page.hover('a[data-preview][href$="#event-loop"]');
    await page.waitForSelector(".md-tooltip2--active");
    const text = await page.$eval(".md-tooltip2--active", (preview) => preview.textContent ?? "");
    assert.match(text, /Event loop/);
  }));

test("the first element that Tab reaches is a link that skips to the content", () =>
  withPage("/tutorials/first-overlap/", async (page) => {
    /** Waits until an element has the focus, and returns its class. */
    const focusedClass = () =>
      page
        .waitForFunction(() => document.activeElement !== document.body && document.activeElement)
        .then((element) => (element as ElementHandle).evaluate(({ className }) => className));
    await page.keyboard.press("Tab");
    assert.match(await focusedClass(), /\bmd-skip\b/);
    await page.keyboard.press("Enter");
    // The address changes before the link loses the focus.
    await page.waitForFunction(
      () => location.hash === "#your-first-overlap" && document.activeElement === document.body,
    );
    await page.keyboard.press("Tab");
    const inside = await page.evaluate(() => document.activeElement?.closest("article") !== null);
    assert.equal(inside, true);
  }));

test("the page for a missing address offers a search for the last words of the address", () =>
  withPage("/tutorials/event-loop.html", async (page) => {
    assert.equal(await page.$eval("h1", (title) => title.textContent), "This page does not exist");
    assert.equal(await page.$eval("input[name=q]", (input) => input.value), "event loop");
    await page.click(".not-found button");
    await page.waitForSelector(".md-search-result__item");
  }));
