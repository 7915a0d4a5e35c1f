/** Helpers for most browser tests: they serve the built site, open pages and use widgets. */
import { existsSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import type { Browser, ElementHandle, Page, Viewport } from "puppeteer-core";
import { serve, type Intercept, type Server } from "../../../runtime/harness/server.ts";

import { launch, type Engine } from "../../../runtime/harness/browsers.ts";

export { launch };
export type { Engine } from "../../../runtime/harness/browsers.ts";

/** A running static server; `url` has no slash at its end. */
export interface Site {
  url: string;
  close(): Promise<void>;
}

/** The folder of the built site that is tested: SITE_DIR, or `site/` of this repository. */
export const siteDirectory = resolve(
  process.env["SITE_DIR"] ?? join(import.meta.dirname, "../../../site"),
);

/**
 * Serves a built site on a free port of 127.0.0.1, as a static host would.
 *
 * @param directory - the folder of the site.
 * @param intercept - called with each request; if it returns true, it has answered the request itself.
 * @throws Error that names the command to build the site, if there is no built site.
 */
export async function serveSite(
  directory: string = siteDirectory,
  intercept: Intercept = () => false,
): Promise<Site> {
  if (!existsSync(join(directory, "index.html"))) {
    throw new Error(`There is no built site in ${directory}: run \`make build\` first.`);
  }
  const server: Server = await serve(directory, intercept);
  return { url: server.url.slice(0, -1), close: server.close };
}

/**
 * The built site and a browser for all tests of the file or suite that calls this function: opened
 * before them, closed after.
 */
export function useSite(engine?: Engine): { readonly url: string; readonly browser: Browser } {
  let site: Site | undefined;
  let browser: Browser | undefined;
  before(async () => {
    site = await serveSite();
    browser = await launch(engine);
  });
  after(async () => {
    await browser?.close();
    await site?.close();
  });
  return {
    get url() {
      return site!.url;
    },
    get browser() {
      return browser!;
    },
  };
}

/**
 * The paths of all pages that show snippets, with a slash at both ends. They are sorted by their
 * number of snippets, so that the page with the most is the last one.
 */
export async function pagesWithSnippets(): Promise<string[]> {
  const pages: [path: string, snippetCount: number][] = [];
  for await (const file of glob("**/index.html", { cwd: siteDirectory })) {
    const html = await readFile(join(siteDirectory, file), "utf8");
    const snippets = html.split("<runnable-snippet ").length - 1;
    if (snippets > 0) pages.push([`/${file.slice(0, -"index.html".length)}`, snippets]);
  }
  return pages.toSorted(([, count], [, other]) => count - other).map(([path]) => path);
}

/** Returns the names of the snippets that have a Run button on some page of the site. */
export async function namesOfSnippets(): Promise<string[]> {
  const names = new Set<string>();
  for await (const file of glob("**/index.html", { cwd: siteDirectory })) {
    const html = await readFile(join(siteDirectory, file), "utf8");
    for (const [tag, name] of html.matchAll(/<runnable-snippet [^>]*?data-name="([^"]+)"[^>]*>/g)) {
      if (!tag.includes(" data-native=")) names.add(name!);
    }
  }
  return [...names].toSorted();
}

/** Opens a page in an empty profile of its own. To close both, close the page's browser context. */
export async function freshPage(
  browser: Browser,
  viewport: Viewport = { width: 1280, height: 900 },
): Promise<Page> {
  const context = await browser.createBrowserContext();
  // A window instead of a tab, because browsers slow down a tab that is behind another one.
  const page = await context.newPage({ type: "window" });
  await page.setViewport(viewport);
  return page;
}

/**
 * One page for all tests of the suite that calls this function. It is opened before the first test, and
 * opened again after a test that failed, so that a failure does not affect the tests after it.
 */
export function usePage(open: () => Promise<Page>): { readonly page: Page } {
  let page: Page | undefined;
  beforeEach(async () => void (page ??= await open()));
  afterEach(async (context) => {
    // Node passes the context of the test that has just ended, but its types do not say so.
    if ((context as unknown as { passed: boolean }).passed) return;
    await page?.browserContext().close();
    page = undefined;
  });
  return {
    get page() {
      return page!;
    },
  };
}

/**
 * Opens an address like a reader who has never visited the site, except that the browser has already
 * fetched Python. This is much quicker than to open a page with a profile of its own.
 */
export async function visitAfresh(page: Page, site: string, path: string): Promise<void> {
  // This file has no scripts, so nothing saves a draft while the storage is cleared. A JSON file would
  // not do, because Firefox shows it in a viewer that has no access to the site's storage.
  await page.goto(`${site}/llms.txt`);
  // In Firefox, a script sometimes still runs in the empty document before this file, which has no
  // storage ("SecurityError: The operation is insecure"). In that case, the next attempt succeeds.
  await page.waitForFunction(
    (origin) => {
      if (location.origin !== origin) return false;
      localStorage.clear();
      sessionStorage.clear();
      return true;
    },
    { polling: 50 },
    new URL(site).origin,
  );
  await page.goto(site + path);
}

/** Opens the elements `<details>` that match a selector, as a reader can even without JavaScript. */
export async function unfold(page: Page, selector = "details"): Promise<void> {
  await page.$$eval(selector, (all) => all.forEach((details) => details.setAttribute("open", "")));
}

/** The current contents of a widget's Output region. */
export interface Shown {
  /** The line that says where the output comes from, such as "Recorded on CPython 3.13". */
  origin: string;
  /** Everything that the program has printed, on both streams. */
  text: string;
  /** What the program has printed on stderr. */
  stderr: string;
  /** Messages beside the output, such as "Stopped." */
  notes: string[];
}

/**
 * When `waitForFunction` checks its condition: after each change of the document, and not in each
 * animation frame, because a window behind another one gets few of these.
 */
const POLLING = "mutation";

/** Waits until the text of the first element that matches a selector matches a pattern. */
export async function untilText(
  page: Page,
  selector: string,
  pattern: RegExp,
  timeout = 60_000,
): Promise<void> {
  await page.waitForFunction(
    (selector, source, flags) =>
      new RegExp(source, flags).test(document.querySelector(selector)?.textContent ?? ""),
    { timeout, polling: POLLING },
    selector,
    pattern.source,
    pattern.flags,
  );
}

/**
 * One `<runnable-snippet>` or `<runnable-playground>`, as a reader uses it. By default it is the first
 * snippet on the page that runs in the browser.
 */
export class Widget {
  readonly page: Page;
  readonly selector: string;

  constructor(page: Page, selector = "runnable-snippet:not([data-native])") {
    this.page = page;
    this.selector = selector;
  }

  /** Waits for an enabled button with this name. */
  async button(name: string): Promise<ElementHandle<HTMLButtonElement>> {
    const handle = await this.page.waitForFunction(
      (selector, name) =>
        [...(document.querySelector(selector)?.querySelectorAll("button") ?? [])].find(
          (button) =>
            button.textContent?.trim() === name &&
            !button.disabled &&
            button.getAttribute("aria-disabled") !== "true",
        ),
      { timeout: 60_000, polling: POLLING },
      this.selector,
      name,
    );
    return handle as ElementHandle<HTMLButtonElement>;
  }

  /**
   * Presses a button. While a page loads, the button may move away from under the pointer, so the
   * press is repeated until the button has received a click.
   */
  async press(name: string): Promise<void> {
    // Some buttons appear only when a reader comes near.
    const host = await this.page.waitForSelector(this.selector, { timeout: 60_000 });
    await host!.scrollIntoView();
    for (let attempt = 0; attempt < 3; attempt++) {
      const button = await this.button(name);
      const press = await button.evaluateHandle((button) => {
        const press = { isReceived: false };
        const record = (): void => void (press.isReceived = true);
        button.addEventListener("click", record, { capture: true, once: true });
        return press;
      });
      const isReceived = await button
        .scrollIntoView()
        .then(() => button.click())
        .then(() =>
          this.page.waitForFunction(
            ({ isReceived }) => isReceived,
            { timeout: 2_000, polling: 50 },
            press,
          ),
        )
        .then(
          () => true,
          () => false,
        );
      await Promise.all([button.dispose(), press.dispose()]);
      if (isReceived) return;
    }
    throw new Error(`the button ${name} has received no click`);
  }

  /** Returns what the Output region shows now. */
  async shown(): Promise<Shown> {
    return this.page.$eval(`${this.selector} [role=log]`, (region) => ({
      origin: region.querySelector(".runnable-origin")?.textContent ?? "",
      text: region.querySelector("pre")?.textContent ?? "",
      stderr: [...region.querySelectorAll(".runnable-stderr")]
        .map((part) => part.textContent)
        .join(""),
      notes: [...region.querySelectorAll(".runnable-note")].map((note) => note.textContent ?? ""),
    }));
  }

  /** Waits until the Output region shows text that matches a pattern. */
  async until(pattern: RegExp, timeout = 60_000): Promise<Shown> {
    await untilText(this.page, `${this.selector} [role=log]`, pattern, timeout);
    return this.shown();
  }

  /** Waits until a run has ended in any way. */
  finished(timeout?: number): Promise<Shown> {
    // A playground shows "Not run yet" until the run starts.
    return this.until(/Ran in your browser|Not run(?! yet)/, timeout);
  }

  /** Presses Run, and waits until the run has ended in any way. */
  async run(timeout?: number): Promise<Shown> {
    await this.press("Run");
    return this.finished(timeout);
  }

  /** Replaces the code as a reader would: opens the editor, selects everything and pastes. */
  async write(source: string): Promise<void> {
    // A locator waits until the element exists and has stopped moving.
    await this.page.locator(`${this.selector} .runnable-code`).click();
    await this.page.waitForSelector(`${this.selector} .cm-content`, { timeout: 60_000 });
    await this.page.focus(`${this.selector} .cm-content`);
    await this.page.keyboard.down("Control");
    await this.page.keyboard.press("a");
    await this.page.keyboard.up("Control");
    // Paste the text, because the editor would indent typed lines a second time.
    await this.page.evaluate((text) => {
      // In Firefox, events that a script creates have no clipboard data.
      if (navigator.userAgent.includes("Firefox")) {
        document.execCommand("insertText", false, text);
        return;
      }
      const data = new DataTransfer();
      data.setData("text/plain", text);
      document.activeElement!.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    }, source);
  }
}
