/** The search loads only when a reader opens it. It completes words, and its results link to sections. */
// suite: light
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Page, Viewport } from "puppeteer-core";
import type { Intercept } from "../../../runtime/harness/server.ts";
import { within } from "../support/limits.ts";
import { chromiumTest, engines, testOfPage } from "../support/runner.ts";
import {
  freshPage,
  launch,
  serveSite,
  untilText,
  type Engine,
  type Site,
} from "../support/site.ts";

// Parts of the search of Material for MkDocs.
const FIELD = ".md-search__input";
const STATUS = ".md-search-result__meta";
const RESULT = ".md-search-result__item";
const PHONE: Viewport = { width: 390, height: 844, hasTouch: true, isMobile: true };
const PAGE = "/tutorials/first-overlap/";

/** Words that readers may search for, with a page that must be among the first three results. */
const QUERIES: [query: string, page: string][] = [
  ["gather", "/tutorials/fail-and-cancel/"],
  ["race condition", "/explanation/races-and-deadlocks/"],
  ["lost update", "/explanation/races-and-deadlocks/"],
  ["deadlock", "/explanation/deadlocks/"],
  ["coroutine was never awaited", "/reference/questions/"],
  ["limit concurrent requests", "/how-to/limit-rate-and-concurrency/"],
  ["BoundedSemaphore", "/how-to/limit-rate-and-concurrency/"],
  ["timeout", "/how-to/timeouts-and-shutdown/"],
  ["graceful shutdown", "/how-to/timeouts-and-shutdown/"],
  ["KeyboardInterrupt", "/how-to/timeouts-and-shutdown/"],
  ["cancel task", "/tutorials/fail-and-cancel/"],
  ["unhandled errors in a TaskGroup", "/tutorials/fail-and-cancel/"],
  ["asyncio.to_thread", "/how-to/call-blocking-code/"],
  ["event loop blocked", "/how-to/find-what-blocks/"],
  ["GIL", "/explanation/gil-and-free-threading/"],
  ["process pool", "/measured/pool-overheads/"],
  ["fastapi def or async def", "/how-to/fastapi-def-or-async-def/"],
  ["pytest asyncio", "/how-to/test-async-code/"],
  ["celery", "/how-to/scale-past-one-machine/"],
  ["chess", "/tutorials/chess-exhibition/"],
  ["subinterpreters", "/reference/glossary/"],
];

for (const engine of engines) {
  describe(engine, () => {
    let browser: Awaited<ReturnType<typeof launch>>;
    let site: Site;
    let page: Page;
    /**
     * The requests to the server for the search's index, for its worker, and for the sitemap. Pages make
     * the sitemap themselves, so they should never request it.
     */
    let requests: string[] = [];
    let intercept: Intercept = () => false;
    const withIntercept: Intercept = (request, response) => {
      const name = /search_index\.json|workers\/search|sitemap\.xml/.exec(request.url ?? "")?.[0];
      if (name !== undefined) requests.push(name);
      return intercept(request, response);
    };
    before(async () => {
      site = await serveSite(undefined, withIntercept);
      browser = await launch(engine as Engine);
    });
    after(async () => {
      await browser.close();
      await site.close();
    });
    beforeEach(async () => {
      [requests, intercept] = [[], () => false];
      page = await freshPage(browser);
    });
    afterEach(() => page.browserContext().close());

    async function open(path: string = PAGE): Promise<void> {
      await page.goto(site.url + path, { waitUntil: "networkidle0" });
    }

    /** Replaces the text in the search field, and waits for the new results. */
    const search = (query: string) =>
      within(
        page.$eval(
          FIELD,
          (field, query) =>
            new Promise<void>((resolve) => {
              const list = document.querySelector(".md-search-result__list")!;
              new MutationObserver(() => resolve()).observe(list, { childList: true });
              (field as HTMLInputElement).value = query;
              field.dispatchEvent(new KeyboardEvent("keyup"));
            }),
          query,
        ),
        `the results of a search for ${query}`,
      );

    const testInChromium = chromiumTest(engine);
    const pageTest = testOfPage(engine);
    // The requests before a reader opens the search, and those for a complete search.
    const NOTHING: string[] = [];
    const EVERYTHING = ["search_index.json", "workers/search"];

    test("a visit loads nothing of the search, and starts no worker", async () => {
      // Counts the workers that the page starts.
      await page.evaluateOnNewDocument(() => {
        const { Worker } = globalThis;
        Object.assign(globalThis, { workers: 0 });
        globalThis.Worker = class extends Worker {
          constructor(...options: ConstructorParameters<typeof Worker>) {
            super(...options);
            (globalThis as unknown as { workers: number }).workers++;
          }
        };
      });
      await open();
      const workers = () =>
        page.evaluate(() => (globalThis as unknown as { workers: number }).workers);
      assert.deepEqual(requests, NOTHING);
      assert.equal(await workers(), 0);
      await page.click(".md-footer__link--next");
      await page.waitForFunction(() => location.pathname === "/tutorials/chess-exhibition/");
      assert.deepEqual(requests, NOTHING);
      await page.focus(FIELD);
      await page.keyboard.type("semaphore");
      await page.waitForSelector(RESULT);
      assert.deepEqual(requests, EVERYTHING, "from the same addresses as on the first page");
      assert.equal(await workers(), 1);
    });

    for (const key of ["f", "s", "/"] as const) {
      testInChromium(
        `the key ${key} opens the search, and only then does the search load`,
        async () => {
          await open();
          await page.keyboard.press(key);
          await page.waitForFunction(
            (field) => document.activeElement === document.querySelector(field),
            {},
            FIELD,
          );
          await untilText(page, STATUS, /Type to start searching/);
          assert.deepEqual(requests, EVERYTHING);
          await page.keyboard.type("semaphore");
          await page.waitForSelector(RESULT);
        },
      );
    }

    test("on a phone, the icon opens the search, and only then does the search load", async () => {
      // Puppeteer cannot emulate a phone in Firefox, only its size.
      if (engine === "firefox") await page.setViewport({ width: 390, height: 844 });
      else await page.setViewport(PHONE);
      await open();
      await page.click("label.md-header__button[for=__search]");
      await untilText(page, STATUS, /Type to start searching/);
      assert.deepEqual(requests, EVERYTHING);
      await page.type(FIELD, "semaphore");
      await page.waitForSelector(RESULT);
    });

    pageTest("a link whose address contains a query shows the results of the query", async () => {
      await open(`${PAGE}?q=back+pressure`);
      await page.waitForSelector(RESULT);
      assert.equal(
        await page.$eval(FIELD, (input) => (input as HTMLInputElement).value),
        "back pressure",
      );
      const link = await page.$eval(
        "[data-md-component=search-share]",
        (link) => (link as HTMLAnchorElement).href,
      );
      assert.equal(new URL(link).search, "?q=back+pressure");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => location.search === "");
    });

    pageTest(
      "a link whose address contains words to highlight highlights them without loading the search",
      async () => {
        await open(`${PAGE}?h=coroutine`);
        const words = await page.$$eval("article mark", (all) =>
          all.map((mark) => mark.textContent),
        );
        assert.ok(words.length > 3, String(words));
        assert.ok(
          words.every((word) => /^coroutine$/i.test(word ?? "")),
          String(words),
        );
        assert.deepEqual(requests, NOTHING);
      },
    );

    test("by keyboard, a reader completes a word, reaches a result, and follows it to a page", async () => {
      await open();
      await page.evaluate(() => Object.assign(globalThis, { stayed: true }));
      await page.keyboard.press("/");
      await page.keyboard.type("semaph");
      await untilText(page, ".md-search__suggest", /^semaphore$/);
      await page.keyboard.press("ArrowRight");
      assert.equal(
        await page.$eval(FIELD, (input) => (input as HTMLInputElement).value),
        "semaphore",
      );
      await untilText(page, STATUS, /\d+ matching documents/);
      assert.equal(await page.$eval(STATUS, (status) => status.getAttribute("role")), "status");
      const found = await page.$$eval(`${RESULT} a`, (all) =>
        all.map((link) => ({ hash: link.hash, marks: link.querySelectorAll("mark").length })),
      );
      assert.ok(
        found.some(({ hash, marks }) => hash !== "" && marks > 0),
        JSON.stringify(found),
      );
      await page.keyboard.press("ArrowDown");
      const result = await page.evaluate(() => (document.activeElement as HTMLAnchorElement).href);
      await page.keyboard.press("Enter");
      await page.waitForFunction(
        (pathname) => location.pathname === pathname && document.querySelector("article mark"),
        {},
        new URL(result).pathname,
      );
      assert.equal(await page.evaluate(() => "stayed" in globalThis), true);
      assert.deepEqual(requests, EVERYTHING, "the search loads once");
    });

    testInChromium(
      "for frequent queries, the page with the answer is among the first three results",
      async () => {
        await open(`${PAGE}?q=await`);
        await page.waitForSelector(RESULT);
        const missing: string[] = [];
        for (const [query, path] of QUERIES) {
          await search(query);
          const first = await page.$$eval(`${RESULT} > a`, (all) =>
            [...new Set(all.map((link) => link.pathname))].slice(0, 3),
          );
          if (!first.includes(path)) missing.push(`${query}: ${path} is not among ${first.join()}`);
        }
        assert.deepEqual(missing, []);
      },
    );

    pageTest(
      "words that are typed while the search loads are found when it has loaded",
      async () => {
        let finish = (): void => {};
        const held = new Promise<void>((resolve) => (finish = resolve));
        let passes = false;
        intercept = (request, response) => {
          // The browser follows the redirection by requesting the same file again, which then passes.
          if (passes || !request.url!.endsWith("/search_index.json")) return false;
          passes = true;
          // The server answers after the words were typed.
          void held.then(() => response.writeHead(302, { location: request.url! }).end());
          return true;
        };
        await open();
        await page.keyboard.press("/");
        await page.keyboard.type("semaphore");
        await untilText(page, STATUS, /Initializing search/);
        assert.equal(await page.$(RESULT), null);
        finish();
        await page.waitForSelector(RESULT);
      },
    );

    for (const [file, ending] of [
      ["index", "/search_index.json"],
      ["worker", "workers/search"],
    ] as const) {
      pageTest(
        `if the ${file} of the search cannot be loaded, the search says so, and tries again`,
        async () => {
          intercept = (request, response) => {
            if (!request.url!.includes(ending)) return false;
            response.destroy();
            return true;
          };
          await open();
          await page.keyboard.press("/");
          await untilText(page, STATUS, /^The search could not be loaded\. Check your connection/);
          intercept = () => false;
          await page.keyboard.type("semaphore");
          await page.waitForSelector(RESULT);
          await untilText(page, STATUS, /\d+ matching documents/);
        },
      );
    }
  });
}
