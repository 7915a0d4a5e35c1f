/** Every snippet of the site runs from its own Run button and prints what is recorded. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Browser, LaunchOptions } from "puppeteer-core";
import {
  freshPage,
  launch,
  pagesWithSnippets,
  serveSite,
  unfold,
  Widget,
  type Engine,
} from "./support/site.ts";

interface Seen {
  name: string;
  chunks: { stream: "stdout" | "stderr"; text: string }[];
  status: number;
}

/** Runs each snippet of a page once; a snippet that is shown in sections is one file all the same. */
async function runPage(browser: Browser, url: string, done: Set<string>): Promise<Seen[]> {
  const page = await freshPage(browser);
  const seen: Seen[] = [];
  await page.goto(url);
  await unfold(page);
  const widgets = await page.$$eval("runnable-snippet:not([data-native])", (elements) =>
    elements.map((element) => ({ id: element.id, name: element.getAttribute("data-name")! })),
  );
  for (const { id, name } of widgets) {
    if (done.has(name)) continue;
    done.add(name);
    const widget = new Widget(page, `#${escapeId(id)}`);
    const { notes } = await widget.run();
    const chunks = await page.$$eval(`#${escapeId(id)} [role=log] pre .runnable-block`, (blocks) =>
      blocks
        .flatMap((block) => [...block.childNodes])
        .map((node) => ({
          stream:
            node instanceof Element && node.classList.contains("runnable-stderr")
              ? ("stderr" as const)
              : ("stdout" as const),
          text: node.textContent ?? "",
        })),
    );
    const exit = notes.map((note) => /^Exit status (\d+)/.exec(note)?.[1]).find(Boolean);
    seen.push({ name, chunks, status: Number(exit ?? 0) });
  }
  await page.browserContext().close();
  return seen;
}

function escapeId(id: string): string {
  return id.replace(/[^\w-]/g, (character) => `\\${character}`);
}

function judge(engine: Engine, version: string, seen: Seen[], ...more: string[]): void {
  const judged = spawnSync(
    ".venv/bin/python",
    [
      ...["-m", "mkdocs_runnable", "judge", engine, ...more],
      ...["--browser-version", version, "--python-version", "3.14.2"],
    ],
    { input: seen.map((run) => `${JSON.stringify(run)}\n`).join(""), encoding: "utf8" },
  );
  assert.equal(judged.status, 0, judged.stderr);
  assert.match(judged.stderr, new RegExp(`^${seen.length} as recorded, 0 not`, "m"));
}

async function runSite(engine: Engine, options: LaunchOptions = {}): Promise<[string, Seen[]]> {
  const site = await serveSite();
  const browser = await launch(engine, options);
  try {
    const done = new Set<string>();
    const seen: Seen[] = [];
    const pages = await pagesWithSnippets();
    // Snippets mostly wait: two pages at a time take half as long.
    const worker = async () => {
      for (let path = pages.pop(); path !== undefined; path = pages.pop()) {
        seen.push(...(await runPage(browser, site.url + path, done)));
      }
    };
    await Promise.all([worker(), worker()]);
    assert.ok(seen.length >= 15, `only ${seen.length} snippets ran`);
    return [await browser.version(), seen];
  } finally {
    await browser.close();
    await site.close();
  }
}

const patient = { timeout: 600_000 };

for (const engine of ["chromium", "firefox"] as Engine[]) {
  test(`each snippet prints in ${engine} what is recorded`, patient, async () => {
    const [version, seen] = await runSite(engine);
    judge(engine, version, seen);
  });
}

test("without stack switching all but those with threads do", patient, async () => {
  const [version, seen] = await runSite("firefox", {
    extraPrefsFirefox: { "javascript.options.wasm_js_promise_integration": false },
  });
  const saysWhyNot = ({ chunks }: Seen) =>
    /RuntimeError: can't start new thread/.test(chunks.map(({ text }) => text).join(""));
  const threaded = seen.filter(saysWhyNot);
  assert.ok(threaded.length > 0);
  for (const { name, status } of threaded) {
    const source = readFileSync(`snippets/${name}.py`, "utf8");
    assert.match(source, /threading|ThreadPool|to_thread|run_in_executor/, name);
    assert.equal(status, 1, name);
  }
  judge(
    "firefox",
    version,
    seen.filter((run) => !saysWhyNot(run)),
    "--forget",
  );
});
