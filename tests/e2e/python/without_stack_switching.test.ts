/**
 * If a browser cannot suspend Python's stack, programs that use threads, processes or greenlets get an
 * explanation, and other programs run.
 */
// suite: light
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { encode } from "../../../runtime/page/session/share_link.ts";
import { WITHOUT_STACK_SWITCHING } from "../support/runner.ts";
import {
  freshPage,
  launch,
  serveSite,
  usePage,
  visitAfresh,
  Widget,
  type Site,
} from "../support/site.ts";

let site: Site, browser: Browser, page: Page, widget: Widget;
before(async () => {
  site = await serveSite();
  browser = await launch("firefox", WITHOUT_STACK_SWITCHING);
});
const shared = usePage(() => freshPage(browser));
beforeEach(() => {
  page = shared.page;
  widget = new Widget(page);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens a page with published snippets. The first one, which `widget` uses, has no threads. */
const openPublished = () => visitAfresh(page, site.url, "/tutorials/first-overlap/");

/** Opens the playground with a program in it, by a link as the button Share makes it. */
async function openInPlayground(source: string): Promise<void> {
  widget = new Widget(page, "runnable-playground");
  await visitAfresh(page, site.url, `/playground/#code=${await encode(source)}`);
}

/** The lines below the output that say how this browser differs from CPython. */
const differences = () =>
  page.$$eval(`${widget.selector} .runnable-difference`, (lines) =>
    lines.map((line) => line.textContent),
  );

test("a published snippet without threads runs, and no note or difference is shown", async () => {
  await openPublished();
  assert.equal((await widget.run()).notes.length, 0);
  assert.deepEqual(await differences(), []);
});

test("a widget has no buttons to pause a program, because this browser cannot suspend one", async () => {
  await openPublished();
  await widget.run();
  const buttons = await page.$$eval(`${widget.selector} [role=toolbar] button`, (all) =>
    all.map((each) => each.textContent),
  );
  assert.deepEqual(
    new Set(buttons),
    new Set(["Run", "Stop", "Reset", "Copy", "Download", "Share"]),
  );
});

test("a program that starts a thread fails, and the reader learns which browsers to use", async () => {
  await openInPlayground("import threading\nthreading.Thread(target=print).start()\n");
  const { stderr } = await widget.run();
  assert.match(stderr, /RuntimeError: can't start new thread/);
  assert.deepEqual(await differences(), [
    "This browser cannot switch between threads. Use Chrome 137, Firefox 153 or newer.",
  ]);
});

test("in FastAPI, async def endpoints answer, and a def endpoint, which needs a thread, fails with an explanation", async () => {
  await openInPlayground(`# /// script
# dependencies = ["fastapi", "httpx"]
# ///
import asyncio
import httpx
from fastapi import FastAPI
app = FastAPI()
@app.get("/async-def")
async def asynchronous():
    await asyncio.sleep(0.01)
    return "answered"
@app.get("/def")
def plain():
    return "answered"
async def main():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s") as client:
        for path in ("/async-def", "/def"):
            print(path, (await client.get(path)).json())
asyncio.run(main())
`);
  const { text, stderr } = await widget.run();
  assert.match(text, /^\/async-def answered\n/);
  assert.match(stderr, /RuntimeError: can't start new thread/);
  assert.deepEqual(await differences(), [
    "This browser cannot switch between threads. Use Chrome 137, Firefox 153 or newer.",
  ]);
});

test("a program that switches to a greenlet fails, and the reader learns which browsers to use", async () => {
  await openInPlayground(`# /// script
# dependencies = ["greenlet"]
# ///
from greenlet import greenlet
greenlet(print).switch()
`);
  const { stderr } = await widget.run();
  assert.match(stderr, /RuntimeError: cannot switch between stacks/);
  assert.deepEqual(await differences(), [
    "This browser cannot switch between threads. Use Chrome 137, Firefox 153 or newer.",
  ]);
});

test("a program that starts a process fails, and the reader learns which browsers to use", async () => {
  await openInPlayground(
    "import multiprocessing\nif __name__ == '__main__': multiprocessing.Process().start()\n",
  );
  const { stderr } = await widget.run();
  assert.match(stderr, /OSError: .*can't start new process/);
  assert.deepEqual(await differences(), [
    "This browser cannot run processes. Use Chrome 137, Firefox 153 or newer.",
  ]);
});

test("the exception of input() explains why the reader cannot answer", async () => {
  await openInPlayground("input('Name? ')\n");
  const { stderr } = await widget.run();
  assert.match(stderr, /EOFError: input\(\) cannot be answered here, because this browser cannot/);
});

test("Stop ends the worker of a busy program, and the next run gets a new worker", async () => {
  await openInPlayground("print('spinning')\nwhile True: pass\n");
  await widget.press("Run");
  await widget.until(/spinning/);
  await widget.press("Stop");
  assert.deepEqual((await widget.finished()).notes, ["Stopped."]);
  await openInPlayground("print('next')\n");
  assert.partialDeepStrictEqual(await widget.run(), { text: "next\n", notes: [] });
});
