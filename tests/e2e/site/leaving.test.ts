/** A reader leaves a page by instant navigation while its program runs. */
// suite: light
import assert from "node:assert/strict";
import { test } from "node:test";
import { freshPage, useSite, Widget } from "../support/site.ts";

const stage = useSite();

test("the run is stopped, both pages report this, and no worker is left over", async () => {
  const page = await freshPage(stage.browser);
  const widget = new Widget(page);
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

  await page.goto(`${stage.url}/tutorials/first-overlap/`);
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
  const frames = page.frames().filter((frame) => frame !== page.mainFrame());
  assert.equal(frames.length, 1);

  await back();
  await widget.until(/Your last run was stopped because you left the page/);
  // The code of the reader's endless program is still in the editor, so Run starts it again.
  await widget.press("Run");
  await widget.until(/Running in your browser/);
  await page.browserContext().close();
});
