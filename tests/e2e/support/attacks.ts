/** The programs in tests/e2e/attacks/, and a reader's tab in which they are run one after the other. */
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { freshPage, serveSite, Widget, type Shown, type Site } from "./site.ts";

export interface Attack {
  name: string;
  source: string;
  /** The program does not end of itself: Stop is pressed when its output matches. */
  stopWhen: RegExp | undefined;
}

const FOLDER = join(import.meta.dirname, "../attacks");

/** What a program prints about something that worked and must not. */
const SUCCESS = /GOT THROUGH/;
/** What comes out when one program's doings reach into the next. */
const FORGED = /FORGED/;

export async function readAttacks(): Promise<Attack[]> {
  const attacks: Attack[] = [];
  for await (const file of glob("*.py", { cwd: FOLDER })) {
    const source = await readFile(join(FOLDER, file), "utf8");
    const stop = /^# Stop when: (.+)$/m.exec(source)?.[1];
    attacks.push({
      name: basename(file, ".py"),
      source,
      stopWhen: stop === undefined ? undefined : new RegExp(stop),
    });
  }
  return attacks.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** What an attack could have changed in the page or under the site's origin. */
async function traces(page: Page) {
  return page.evaluate(async () => {
    const registrations = await navigator.serviceWorker?.getRegistrations();
    const files: string[] = [];
    // Not in every browser, and private tabs may refuse: then there is nothing to find either.
    const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
    if (root) for await (const name of root.keys()) files.push(name);
    const ours = "runnable-playground, iframe[title='Python sandbox']";
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
      // Lists, not counts: a failure shall show what has been added.
      elementsElsewhere: [...document.querySelectorAll("*")]
        .filter((element) => !element.closest(ours))
        .map((element) => element.localName)
        .join(" "),
      messages: (window as unknown as { seen: string[] }).seen,
    };
  });
}

/** Which elements and attributes the Output region consists of. */
async function markup(page: Page): Promise<string[]> {
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

const ALLOWED_MARKUP = new Set([
  "div class",
  "p class",
  "pre",
  "span class",
  "a class href",
  "a class href title",
]);

/** The longest that the page's own timers had to wait, in ms, over a short while. */
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

/** A host that nothing may ever reach. */
async function listenElsewhere(visits: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "access-control-allow-origin": "*" }).end("through");
  });
  server.on("connection", () => visits.push("connection"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** The tab under attack: the playground of the built site. */
export class Victim {
  readonly #page: Page;
  readonly #widget: Widget;
  readonly #site: Site;
  readonly #elsewhere: Server;
  /** Everything that reached either server, and what puppeteer saw leave the page. */
  readonly #requests: string[];
  readonly #surprises: string[] = [];
  #before: Awaited<ReturnType<typeof traces>> | undefined;

  private constructor(page: Page, site: Site, elsewhere: Server, requests: string[]) {
    this.#page = page;
    this.#widget = new Widget(page, "runnable-playground");
    this.#site = site;
    this.#elsewhere = elsewhere;
    this.#requests = requests;
  }

  static async open(browser: Browser): Promise<Victim> {
    const requests: string[] = [];
    const elsewhere = await listenElsewhere(requests);
    const site = await serveSite(undefined, (request) => {
      requests.push(`${request.method} ${request.url}`);
      return false;
    });
    const page = await freshPage(browser);
    const victim = new Victim(page, site, elsewhere, requests);
    page.on("dialog", (dialog) => {
      victim.#surprises.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("popup", () => victim.#surprises.push("popup"));
    page.on("request", (request) => {
      // Blob and data addresses stay inside of the browser; others come to one of the servers too.
      if (/^(?:https?|wss?):/.test(request.url())) requests.push(`page: ${request.url()}`);
    });
    await page.goto(`${site.url}/playground/`, { waitUntil: "load" });
    return victim;
  }

  /** Runs a harmless program first, and remembers how the page looks afterwards. */
  async prepare(afterwards: Afterwards[]): Promise<void> {
    for (const program of afterwards) await this.#runNormal(program);
    await this.#page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      addEventListener("message", ({ data }) => seen.push(`message: ${JSON.stringify(data)}`));
      new BroadcastChannel("attack").onmessage = () => seen.push("broadcast");
    });
    this.#before = await traces(this.#page);
    this.#requests.length = 0;
  }

  /** Runs the attack to its end, or stops it; asserts that it has achieved nothing. */
  async suffer({ source, stopWhen }: Attack): Promise<Shown> {
    const { port } = this.#elsewhere.address() as AddressInfo;
    const addressed = source
      .replaceAll("elsewhere.test", `127.0.0.1:${port}`)
      .replaceAll("site.test", new URL(this.#site.url).host);
    await this.#widget.write(addressed);
    await this.#widget.press("Run");
    if (stopWhen) {
      await this.#widget.until(stopWhen);
      const pause = await longestPause(this.#page);
      assert.ok(pause < 1000, `the page stood still for ${pause.toFixed()} ms`);
      await this.#widget.press("Stop");
    }
    const shown = await this.#widget.finished(60_000);
    assert.doesNotMatch(shown.text, SUCCESS);
    const foreign = (await markup(this.#page)).filter((element) => !ALLOWED_MARKUP.has(element));
    assert.deepEqual(foreign, [], "the Output region has other elements than the widget's");
    await this.#assertUntouched();
    return shown;
  }

  /** Asserts that normal programs run in the same tab as if nothing had been. */
  async recover(afterwards: Afterwards[]): Promise<void> {
    for (const program of afterwards) await this.#runNormal(program);
    await this.#assertUntouched();
  }

  async #runNormal({ source, output }: Afterwards): Promise<void> {
    await this.#widget.write(source);
    await this.#widget.press("Run");
    const { text, notes } = await this.#widget.finished();
    assert.doesNotMatch(text, FORGED);
    assert.deepEqual({ text, notes }, { text: output, notes: [] });
  }

  async #assertUntouched(): Promise<void> {
    assert.deepEqual(this.#surprises, []);
    assert.deepEqual(this.#requests, [], "something was requested");
    assert.deepEqual(await traces(this.#page), this.#before);
    assert.equal((await this.#page.browserContext().pages()).length, 1, "a tab was opened");
  }

  async close(): Promise<void> {
    await this.#page.browserContext().close();
    await this.#site.close();
    this.#elsewhere.close();
    this.#elsewhere.closeAllConnections();
  }
}

/** A normal program and exactly what it prints. */
export interface Afterwards {
  source: string;
  output: string;
}
