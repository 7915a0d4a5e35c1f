/** What every browser test needs: the built site on a local address, a browser, a widget's parts. */
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

/** The folder the tests look at: `site/` of this repository, or SITE_DIR. */
export const siteDirectory = resolve(
  process.env["SITE_DIR"] ?? join(import.meta.dirname, "../../../site"),
);

/** A search index without pages. */
const NO_PAGES = JSON.stringify({
  config: { lang: ["en"], separator: "-", pipeline: [] },
  docs: [],
});

/**
 * Serve a built site on a free port of 127.0.0.1, as a static host would.
 *
 * Only `searchable` sites have their search index: on every visit a browser takes about a second of
 * computing to read it, which would be a third of what a short test costs.
 *
 * @throws when there is no built site, with the command that makes one.
 */
export async function serveSite(
  directory: string = siteDirectory,
  intercept: Intercept = () => false,
  { searchable = false } = {},
): Promise<Site> {
  if (!existsSync(join(directory, "index.html"))) {
    throw new Error(`There is no built site in ${directory}: run \`make build\` first.`);
  }
  const server: Server = await serve(directory, (request, response) => {
    if (intercept(request, response)) return true;
    if (searchable || !request.url?.endsWith("/search/search_index.json")) return false;
    response.writeHead(200, { "content-type": "application/json" }).end(NO_PAGES);
    return true;
  });
  return { url: server.url.slice(0, -1), close: server.close };
}

/**
 * The built site and a browser, for the tests of a file, or of the suite that calls this: started
 * before them, stopped after.
 */
export function useSite(
  engine?: Engine,
  options: { searchable?: boolean } = {},
): { readonly url: string; readonly browser: Browser } {
  let site: Site | undefined;
  let browser: Browser | undefined;
  before(async () => {
    site = await serveSite(undefined, undefined, options);
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

/** The addresses of all pages that show snippets, with a slash at both ends; those with most last. */
export async function pagesWithSnippets(): Promise<string[]> {
  const pages: [path: string, snippets: number][] = [];
  for await (const file of glob("**/index.html", { cwd: siteDirectory })) {
    const html = await readFile(join(siteDirectory, file), "utf8");
    const snippets = html.split("<runnable-snippet ").length - 1;
    if (snippets > 0) pages.push([`/${file.slice(0, -"index.html".length)}`, snippets]);
  }
  return pages.toSorted(([, one], [, other]) => one - other).map(([path]) => path);
}

/** A page with an empty profile of its own, closed with its context. */
export async function freshPage(
  browser: Browser,
  viewport: Viewport = { width: 1280, height: 900 },
): Promise<Page> {
  const context = await browser.createBrowserContext();
  // A window, not a tab: browsers slow down a tab that is behind another one.
  const page = await context.newPage({ type: "window" });
  await page.setViewport(viewport);
  return page;
}

/**
 * One page for the tests of the suite that calls this. It is opened before the first test, and opened
 * anew after a test that failed, so that no failure reaches the tests behind it.
 */
export function usePage(open: () => Promise<Page>): { readonly page: Page } {
  let page: Page | undefined;
  beforeEach(async () => void (page ??= await open()));
  afterEach(async (context) => {
    // Node gives this hook the context of the test that has just ended; the types do not know it.
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
 * Opens an address as a reader who was never here, but whose browser has already fetched Python: much
 * quicker than a page with a profile of its own.
 */
export async function visitAfresh(page: Page, site: string, path: string): Promise<void> {
  // A file of the site without scripts, so that nothing saves a draft while its storage is cleared.
  // Not one in JSON: Firefox shows those in a viewer of its own, which has no storage.
  await page.goto(`${site}/llms.txt`);
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.goto(site + path);
}

/** Opens what is folded, as a reader can without JavaScript, too. */
export async function unfold(page: Page, which = "details"): Promise<void> {
  await page.$$eval(which, (all) => all.forEach((details) => details.setAttribute("open", "")));
}

/** What a widget's Output region shows now. */
export interface Shown {
  origin: string;
  text: string;
  stderr: string;
  notes: string[];
}

/** Not at each frame: a window that is behind another one has few of them. */
const POLLING = "mutation";

/** Waits until the text of the first element that a selector finds matches. */
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

/** One `<runnable-snippet>` or `<runnable-playground>`, as a reader uses it. */
export class Widget {
  readonly page: Page;
  readonly selector: string;

  constructor(page: Page, selector = "runnable-snippet:not([data-native])") {
    this.page = page;
    this.selector = selector;
  }

  /** The button with this name, once it is there and can be pressed. */
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

  /** A page that is being built may move the button away from under the pointer: then once more. */
  async press(name: string): Promise<void> {
    for (let tries = 0; tries < 3; tries++) {
      const button = await this.button(name);
      const press = await button.evaluateHandle((button) => {
        const press = { isFelt: false };
        const note = (): void => void (press.isFelt = true);
        button.addEventListener("click", note, { capture: true, once: true });
        return press;
      });
      const isFelt = await button
        .scrollIntoView()
        .then(() => button.click())
        .then(() =>
          this.page.waitForFunction(({ isFelt }) => isFelt, { timeout: 2_000, polling: 50 }, press),
        )
        .then(
          () => true,
          () => false,
        );
      await Promise.all([button.dispose(), press.dispose()]);
      if (isFelt) return;
    }
    throw new Error(`${name} does not feel that it is pressed`);
  }

  async shown(): Promise<Shown> {
    return this.page.$eval(`${this.selector} [role=log]`, (region) => ({
      origin: region.querySelector(".runnable-origin")?.textContent ?? "",
      text: region.querySelector("pre")?.textContent ?? "",
      stderr: [...region.querySelectorAll(".runnable-stderr")].map((e) => e.textContent).join(""),
      notes: [...region.querySelectorAll(".runnable-note")].map((e) => e.textContent ?? ""),
    }));
  }

  /** Waits until the region shows what matches. */
  async until(pattern: RegExp, timeout = 60_000): Promise<Shown> {
    await untilText(this.page, `${this.selector} [role=log]`, pattern, timeout);
    return this.shown();
  }

  /** Waits until a run has come to its end, whichever. */
  finished(timeout?: number): Promise<Shown> {
    // A playground says "Not run yet" until the press is felt.
    return this.until(/Ran in your browser|Not run(?! yet)/, timeout);
  }

  async run(timeout?: number): Promise<Shown> {
    await this.press("Run");
    return this.finished(timeout);
  }

  /** Replaces the code as a reader would: opens the editor, selects everything, types. */
  async write(source: string): Promise<void> {
    // A locator waits until it is there, and stays where it is.
    await this.page.locator(`${this.selector} .runnable-code`).click();
    await this.page.waitForSelector(`${this.selector} .cm-content`, { timeout: 60_000 });
    await this.page.focus(`${this.selector} .cm-content`);
    await this.page.keyboard.down("Control");
    await this.page.keyboard.press("a");
    await this.page.keyboard.up("Control");
    // As if pasted: typed keys would be indented a second time.
    await this.page.evaluate((text) => {
      // Firefox gives made-up events no clipboard.
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
