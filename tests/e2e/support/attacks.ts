/** Reads the hostile programs in tests/e2e/attacks/, and runs them one after another in one tab. */
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { freshPage, serveSite, Widget, type Shown, type Site } from "./site.ts";

/** A hostile program. */
export interface Attack {
  name: string;
  source: string;
  /** Set for programs that do not end by themselves: the output after which the test presses Stop. */
  stopWhen: RegExp | undefined;
}

const FOLDER = join(import.meta.dirname, "../attacks");

/** What an attack prints if it succeeds in something that must not work. */
const SUCCESS = /GOT THROUGH/;
/** What a later program prints if an earlier attack has affected its output. */
const FORGED = /FORGED/;

export async function readAttacks(): Promise<Attack[]> {
  const attacks: Attack[] = [];
  for await (const file of glob("*.py", { cwd: FOLDER })) {
    const source = await readFile(join(FOLDER, file), "utf8");
    const stop = /^# The test presses Stop when this program prints: (.+)$/m.exec(source)?.[1];
    attacks.push({
      name: basename(file, ".py"),
      source,
      stopWhen: stop === undefined ? undefined : new RegExp(stop),
    });
  }
  return attacks.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The state of the page and of the site's origin that an attack could change. */
async function pageState(page: Page) {
  return page.evaluate(async () => {
    const registrations = await navigator.serviceWorker?.getRegistrations();
    const files: string[] = [];
    // Not every browser has this file system, and private tabs may refuse it. In both cases an
    // attack cannot have left files.
    const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
    if (root) for await (const name of root.keys()) files.push(name);
    const ownElements = "runnable-playground, iframe[title='Python sandbox']";
    return {
      address: location.href,
      title: document.title,
      localStorage: Object.keys(localStorage).sort(),
      sessionStorage: Object.keys(sessionStorage).sort(),
      cookie: document.cookie,
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: await caches.keys(),
      files,
      serviceWorkers: registrations?.length ?? 0,
      frames: frames.length,
      // The names instead of a count, so that a failure shows what was added.
      elementsElsewhere: [...document.querySelectorAll("*")]
        .filter((element) => !element.closest(ownElements))
        .map((element) => element.localName)
        .join(" "),
      messages: (window as unknown as { seen: string[] }).seen,
    };
  });
}

/** The kinds of elements in the Output region, each with the names of its attributes. */
async function elementKinds(page: Page): Promise<string[]> {
  return page.$eval("runnable-playground [role=log]", (region) =>
    [
      ...new Set(
        [...region.querySelectorAll("*")].map((element) =>
          [element.localName, ...element.getAttributeNames().sort()].join(" "),
        ),
      ),
    ].sort(),
  );
}

/** The kinds of elements that a widget itself creates in the Output region. */
const ALLOWED_KINDS = new Set([
  "div class",
  "p class",
  "pre",
  "span class",
  "a class href",
  "a class href title",
]);

/**
 * Returns the longest pause between two timers of the page within 300 ms, in milliseconds. If no program
 * blocks the page, it is a little longer than 10 ms.
 */
function longestPause(page: Page): Promise<number> {
  return page.evaluate(async () => {
    let longest = 0;
    for (let last = performance.now(), end = last + 300; last < end;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    return longest;
  });
}

/** Starts a server that no program may reach, and adds each connection and request to `visits`. */
async function startOtherServer(visits: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "access-control-allow-origin": "*" }).end("through");
  });
  server.on("connection", () => visits.push("connection"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** The tab of a reader that the attacks try to affect. It shows the playground of the built site. */
export class Victim {
  readonly #page: Page;
  readonly #widget: Widget;
  readonly #site: Site;
  readonly #otherServer: Server;
  /**
   * Requests that reached the site, requests and connections that reached the other server, and requests
   * that Puppeteer saw in the page.
   */
  readonly #requests: string[];
  /** Dialogs and pop-up windows that a program has opened. */
  readonly #windows: string[] = [];
  /** The state of the page after the normal programs and before the first attack. */
  #before: Awaited<ReturnType<typeof pageState>> | undefined;

  private constructor(page: Page, site: Site, otherServer: Server, requests: string[]) {
    this.#page = page;
    this.#widget = new Widget(page, "runnable-playground");
    this.#site = site;
    this.#otherServer = otherServer;
    this.#requests = requests;
  }

  static async open(browser: Browser): Promise<Victim> {
    const requests: string[] = [];
    const otherServer = await startOtherServer(requests);
    const site = await serveSite(undefined, (request) => {
      requests.push(`${request.method} ${request.url}`);
      return false;
    });
    const page = await freshPage(browser);
    const victim = new Victim(page, site, otherServer, requests);
    page.on("dialog", (dialog) => {
      victim.#windows.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("popup", () => victim.#windows.push("popup"));
    page.on("request", (request) => {
      // Requests for blob: and data: addresses never leave the browser, so they do not count. Requests
      // to further hosts would reach neither of the servers, so only this handler can see them.
      if (/^(?:https?|wss?):/.test(request.url())) requests.push(`page: ${request.url()}`);
    });
    await page.goto(`${site.url}/playground/`, { waitUntil: "load" });
    return victim;
  }

  /** Runs the normal programs once, and remembers the state of the page after them. */
  async prepare(programs: NormalProgram[]): Promise<void> {
    for (const program of programs) await this.#runNormal(program);
    // The theme adds a button to the code in the text of the page when this code first comes into view.
    // An attack with a short source would bring it into view.
    await this.#page.$eval("article > .highlight", (code) => code.scrollIntoView());
    await this.#page.waitForSelector("article > .highlight button");
    await this.#page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      addEventListener("message", ({ data }) => seen.push(`message: ${JSON.stringify(data)}`));
      new BroadcastChannel("attack").onmessage = () => seen.push("broadcast");
    });
    this.#before = await pageState(this.#page);
    // The requests so far were those of the page itself.
    this.#requests.length = 0;
  }

  /** Runs an attack until it ends or is stopped, and asserts that it has not affected the page. */
  async runAttack({ source, stopWhen }: Attack): Promise<Shown> {
    const { port } = this.#otherServer.address() as AddressInfo;
    const sourceWithAddresses = source
      .replaceAll("elsewhere.test", `127.0.0.1:${port}`)
      .replaceAll("site.test", new URL(this.#site.url).host);
    await this.#widget.write(sourceWithAddresses);
    await this.#widget.press("Run");
    if (stopWhen) {
      await this.#widget.until(stopWhen);
      const pause = await longestPause(this.#page);
      assert.ok(pause < 1000, `the page was blocked for ${pause.toFixed()} ms`);
      await this.#widget.press("Stop");
    }
    const shown = await this.#widget.finished(60_000);
    assert.doesNotMatch(shown.text, SUCCESS);
    const unexpected = (await elementKinds(this.#page)).filter(
      (element) => !ALLOWED_KINDS.has(element),
    );
    assert.deepEqual(unexpected, [], "the Output region has elements that no widget creates");
    await this.#assertUntouched();
    return shown;
  }

  /** Asserts that normal programs still print what they should, in the tab of the attacks. */
  async runNormalPrograms(programs: NormalProgram[]): Promise<void> {
    for (const program of programs) await this.#runNormal(program);
    await this.#assertUntouched();
  }

  async #runNormal({ source, output }: NormalProgram): Promise<void> {
    await this.#widget.write(source);
    await this.#widget.press("Run");
    const { text, notes } = await this.#widget.finished();
    assert.doesNotMatch(text, FORGED);
    assert.deepEqual({ text, notes }, { text: output, notes: [] });
  }

  async #assertUntouched(): Promise<void> {
    assert.deepEqual(this.#windows, []);
    assert.deepEqual(this.#requests, [], "something was requested");
    assert.deepEqual(await pageState(this.#page), this.#before);
    assert.equal((await this.#page.browserContext().pages()).length, 1, "a tab was opened");
  }

  async close(): Promise<void> {
    await this.#page.browserContext().close();
    await this.#site.close();
    this.#otherServer.close();
    this.#otherServer.closeAllConnections();
  }
}

/** A normal program and the exact text that it prints. */
export interface NormalProgram {
  source: string;
  output: string;
}
