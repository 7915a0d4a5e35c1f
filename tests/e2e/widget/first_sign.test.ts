/**
 * Until there is a sign of a reader, a page loads only what readers see. What a reader does while the rest is
 * being loaded is not lost.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import type { Intercept } from "../../../runtime/harness/server.ts";
import { engines } from "../support/runner.ts";
import { freshPage, launch, serveSite, untilText, Widget, type Site } from "../support/site.ts";

/** A page with a comparison, a question and several programs. */
const PAGE = "/explanation/races-and-deadlocks/";
/** A page with an explorer of interleavings. */
const EXPLORER_PAGE = "/how-to/try-every-order/";

/** The modules that only the reader's actions need. */
const LATE = /\/chunks\/(workbench|explorer_panel|program_runs|copy_and_download)-/;

let site: Site;
/** What the server does with requests for these modules. */
let treat: "answer" | "hold" | "refuse";
/** Answers the requests that are held. */
let release: (() => void)[];

const intercept: Intercept = (request, response) => {
  if (treat === "answer" || !LATE.test(request.url ?? "")) return false;
  if (treat === "refuse") {
    // As if the connection were lost.
    request.socket.destroy();
    return true;
  }
  const { url } = request;
  release.push(
    () =>
      void fetch(site.url + url!).then(async (answer) => {
        const body = Buffer.from(await answer.arrayBuffer());
        response.writeHead(200, { "content-type": "text/javascript" }).end(body);
      }),
  );
  return true;
};

before(async () => void (site = await serveSite(undefined, intercept)));
after(() => site.close());

for (const engine of engines) {
  describe(engine, () => {
    let browser: Browser;
    let page: Page;
    let requests: string[];

    before(async () => void (browser = await launch(engine)));
    after(() => browser.close());
    beforeEach(async () => {
      treat = "answer";
      release = [];
      page = await freshPage(browser);
      requests = [];
      page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    });

    const late = (): string[] => requests.filter((path) => LATE.test(path));

    /** Presses a button without moving the pointer, as the first thing that a reader does. */
    const press = (selector: string): Promise<void> =>
      page.$eval(selector, (button) => (button as HTMLElement).click());

    /** Lets the server answer all requests. */
    const answerAll = (): void => {
      treat = "answer";
      for (const answer of release.splice(0)) answer();
    };

    for (const [sign, act] of Object.entries({
      "a movement of the pointer": () => page.mouse.move(300, 300),
      "a key": () => page.keyboard.press("Shift"),
      scrolling: () => page.evaluate(() => scrollBy(0, 200)),
    })) {
      test(`the modules for the reader's actions are loaded after ${sign}`, async () => {
        await page.goto(site.url + PAGE, { waitUntil: "networkidle0" });
        await page.waitForSelector("runnable-snippet .runnable-run");
        assert.deepEqual(late(), []);
        await act();
        await page.waitForSelector(".runnable-edited"); // part of each workbench, but hidden
        assert.ok(late().some((path) => path.includes("workbench")));
        await page.browserContext().close();
      });
    }

    test("nothing moves when the modules for the reader's actions arrive", async () => {
      await page.goto(site.url + EXPLORER_PAGE, { waitUntil: "networkidle0" });
      await page.waitForSelector(".runnable-orders button");
      const places = (): Promise<string> =>
        page.$$eval(".md-content *", (all) =>
          all
            .filter((element) => element.checkVisibility())
            .map((element) => {
              const { x, y, width, height } = element.getBoundingClientRect();
              return `${element.tagName} ${element.className} ${[x, y, width, height].map(Math.round).join()}`;
            })
            .join("\n"),
        );
      const earlier = await places();
      await page.keyboard.press("Shift");
      await page.waitForSelector(".runnable-edited");
      assert.equal(await places(), earlier);
      await page.browserContext().close();
    });

    test("a press on Run waits for its module, and the page says so after half a second", async () => {
      treat = "hold";
      await page.goto(site.url + PAGE, { waitUntil: "networkidle2" });
      const widget = new Widget(page);
      await page.waitForSelector(`${widget.selector} .runnable-run`);
      await press(`${widget.selector} .runnable-run`);
      await untilText(page, `${widget.selector} .runnable-notices`, /^Loading…$/);
      answerAll();
      const { origin } = await widget.finished();
      assert.match(origin, /^Ran in your browser/);
      assert.equal(
        await page.$eval(`${widget.selector} .runnable-notices`, (notices) => notices.textContent),
        "",
      );
      await page.browserContext().close();
    });

    test("a click on the code opens the editor when its module has been loaded", async () => {
      treat = "hold";
      await page.goto(site.url + PAGE, { waitUntil: "networkidle2" });
      const widget = new Widget(page);
      await page.waitForSelector(`${widget.selector} .runnable-run`);
      await page.locator(`${widget.selector} .runnable-line`).click();
      answerAll();
      await page.waitForSelector(`${widget.selector} .cm-focused`);
      await page.browserContext().close();
    });

    test("if the connection is lost, the page says so and offers Retry", async () => {
      treat = "refuse";
      await page.goto(site.url + EXPLORER_PAGE, { waitUntil: "networkidle2" });
      const widget = new Widget(page, "runnable-snippet:has(.runnable-orders)");
      const notices = `${widget.selector} .runnable-notices`;
      await page.waitForSelector(`${widget.selector} .runnable-orders-try`);
      for (const button of [".runnable-run", ".runnable-orders-try"]) {
        treat = "refuse";
        await press(`${widget.selector} ${button}`);
        await untilText(page, notices, /could not be loaded\. Check your network connection/);
        treat = "answer";
        // If a module could not be loaded, Firefox before version 154 does not request it again until the
        // page is reloaded.
        if (engine === "firefox") break;
        await press(`${notices} button`);
        if (button === ".runnable-run") await widget.finished();
        else await untilText(page, `${widget.selector} .runnable-orders-said`, /interleaving/);
      }
      await page.browserContext().close();
    });
  });
}
