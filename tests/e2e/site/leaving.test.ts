/**
 * A reader follows a link to another page while a program runs. The theme replaces the page without
 * loading a new document (instant navigation), so the program would not end by itself.
 */
// suite: light
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshPage, useSite, Widget } from "../support/site.ts";

const site = useSite();

test("a program whose page the reader leaves is stopped, both pages report this, and its worker ends", async () => {
  const page = await freshPage(site.browser);
  const widget = new Widget(page);
  /** Returns a function that follows a link, and waits for the title of the page to which it leads. */
  const follow = (selector: string, title: RegExp) => async () => {
    await page.$eval(selector, (link) => (link as HTMLElement).click());
    await page.waitForFunction(
      (source) => new RegExp(source).test(document.querySelector("h1")?.textContent ?? ""),
      {},
      title.source,
    );
  };
  const next = follow(".md-footer__link--next", /chess/i);
  const back = follow(".md-footer__link--prev", /overlap/i);

  await page.goto(`${site.url}/tutorials/first-overlap/`);
  await widget.write("print('spinning')\nwhile True: pass\n");
  await widget.press("Run");
  await widget.until(/spinning/);
  await next();
  await page.waitForFunction(() =>
    /stopped because you left its page/.test(
      document.querySelector(".runnable-toasts")?.textContent ?? "",
    ),
  );
  assert.match((await widget.run()).origin, /^Ran in your browser/);
  // The sandbox starts its workers from blobs of an opaque origin.
  const workers = page.workers().filter((worker) => worker.url().startsWith("blob:null/"));
  // The worker of the last run and the spare worker may exist, but not the one with the endless loop.
  assert.ok(workers.length <= 2, String(workers.length));
  // Both pages use the same sandbox frame.
  const frames = page.frames().filter((frame) => frame !== page.mainFrame());
  assert.equal(frames.length, 1);

  await back();
  await widget.until(/Your last run was stopped because you left the page/);
  // The code of the reader's endless program is still in the editor, so Run starts it again.
  await widget.press("Run");
  await widget.until(/Running in your browser/);
  await page.browserContext().close();
});
