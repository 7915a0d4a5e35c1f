/** What a first visit loads before anything is pressed: bytes, requests and elements, but no times. */
// suite: light
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Page } from "puppeteer-core";
import { freshPage, siteDirectory, untilText, useSite } from "../support/site.ts";

/** What a visit loads. */
interface Load {
  /** KiB of all files after compression with gzip: the page, scripts, styles and pictures. */
  total: number;
  /** KiB of the scripts and styles of the engine and of this guide after gzip, without the theme's. */
  ours: number;
  requests: number;
  /** How many elements the document has after its scripts have run. */
  elements: number;
}

/**
 * The budgets by kind of page. Of each kind, the page with the largest HTML file is measured. The aims,
 * which every page meets, are 150 KiB in total, and 20 KiB for our own scripts and styles. Each number is
 * what the page needed when it was last measured, plus 2 % at most. Lower the numbers when pages need
 * less.
 */
const BUDGETS: Record<
  string,
  [pages: string, total: number, ours: number, requests: number, elements: number]
> = {
  //                                          total, ours, requests, elements
  home: ["index.html", 88, 16.8, 11, 700],
  tutorial: ["tutorials/*/index.html", 108, 18.8, 12, 3150],
  explanation: ["explanation/*/index.html", 115, 19.9, 13, 4900],
  "how-to": ["how-to/*/index.html", 114, 19.9, 13, 4550],
  measured: ["measured/*/index.html", 94, 16.8, 11, 2450],
  "reference table": ["reference/{api-by-version,claims,snippets}/index.html", 118, 18.6, 13, 3550],
  playground: ["playground/index.html", 87, 19.1, 13, 465],
};

/** What the first search may load, in KiB: the index and the worker that reads it. */
const FIRST_SEARCH = { total: 230, requests: 2 };

const site = useSite();

/** Measures the files that a page loads from now on. */
class Traffic {
  readonly #page: Page;
  readonly #sizes = new Map<string, number>();
  readonly #arriving: Promise<void>[] = [];

  constructor(page: Page) {
    this.#page = page;
    page.on("response", (response) => {
      // Scripts of the page make blob: and data: addresses, for which nothing is loaded.
      if (!response.url().startsWith("http")) return;
      const { pathname } = new URL(response.url());
      this.#sizes.set(pathname, 0);
      this.#arriving.push(
        response.buffer().then((body) => {
          this.#sizes.set(pathname, gzipSync(body, { level: 6 }).length / 1024);
        }),
      );
    });
  }

  /** Returns the KiB of all files with these paths, after gzip. */
  async total(isCounted: (path: string) => boolean = () => true): Promise<number> {
    await Promise.all(this.#arriving);
    return [...this.#sizes].reduce((sum, [path, size]) => sum + (isCounted(path) ? size : 0), 0);
  }

  get requests(): number {
    return this.#sizes.size;
  }

  async measure(): Promise<Load> {
    return {
      total: await this.total(),
      ours: await this.total(isOurs),
      requests: this.requests,
      elements: await this.#page.evaluate(() => document.querySelectorAll("*").length),
    };
  }

  /** Lists the files, the largest first. */
  toString(): string {
    return [...this.#sizes]
      .toSorted(([, one], [, other]) => other - one)
      .map(([path, size]) => `  ${size.toFixed(1).padStart(6)} KiB  ${path}`)
      .join("\n");
  }
}

/** Whether a file is a script or a style sheet of the engine or of this guide. */
function isOurs(path: string): boolean {
  return /\.(?:js|css)$/.test(path) && !/^\/assets\/(?:javascripts|stylesheets)\//.test(path);
}

/** Returns a text for each measure that exceeds its budget, with both numbers. */
function exceeded<Measures extends object>(visit: Measures, budget: Measures): string[] {
  const [measured, limits] = [visit, budget] as [Record<string, number>, Record<string, number>];
  return Object.keys(limits)
    .filter((measure) => measured[measure]! > limits[measure]!)
    .map((measure) => `${measure} ${measured[measure]!.toFixed(1)} instead of ${limits[measure]}`);
}

/** Returns the path of the page with the largest HTML file, of those whose files match a pattern. */
async function largestPage(pattern: string): Promise<string> {
  let page: { file: string; bytes: number } | undefined;
  for await (const file of glob(pattern, { cwd: siteDirectory })) {
    const bytes = (await readFile(join(siteDirectory, file))).length;
    if (bytes > (page?.bytes ?? 0)) page = { file, bytes };
  }
  assert.ok(page, `there is no page ${pattern}`);
  return `/${page.file.slice(0, -"index.html".length)}`;
}

for (const [kind, [pages, total, ours, requests, elements]] of Object.entries(BUDGETS)) {
  test(`a first visit is within the budget for its kind of page: ${kind}`, async (context) => {
    const path = await largestPage(pages);
    const page = await freshPage(site.browser);
    const traffic = new Traffic(page);
    await page.goto(site.url + path, { waitUntil: "networkidle0" });
    const visit = await traffic.measure();
    await page.browserContext().close();
    context.diagnostic(`${kind}: ${JSON.stringify(visit)} ${path}`);
    const problems = exceeded(visit, { total, ours, requests, elements });
    const heading = `The page ${path} (${kind}) exceeds its budget: ${problems.join(", ")}`;
    assert.equal(problems.length, 0, `${heading}\n${String(traffic)}`);
  });
}

test("the first search is within its budget", async (context) => {
  const page = await freshPage(site.browser);
  await page.goto(`${site.url}/`, { waitUntil: "networkidle0" });
  // At the first sign of a reader, the page loads the modules of its widgets. They are not counted.
  await page.keyboard.press("Shift");
  await page.waitForNetworkIdle();
  const traffic = new Traffic(page);
  await page.keyboard.press("/"); // opens the search
  await untilText(page, ".md-search-result__meta", /Type to start searching/);
  const search = { total: await traffic.total(), requests: traffic.requests };
  context.diagnostic(`first search: ${JSON.stringify(search)}`);
  await page.browserContext().close();
  const problems = exceeded(search, FIRST_SEARCH);
  const heading = `The first search exceeds its budget: ${problems.join(", ")}`;
  assert.equal(problems.length, 0, `${heading}\n${String(traffic)}`);
});
