/** Runs every snippet of the site from its own Run button, and compares with what is recorded. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { LaunchOptions, Page } from "puppeteer-core";
import {
  freshPage,
  launch,
  pagesWithSnippets,
  serveSite,
  unfold,
  Widget,
  type Engine,
} from "./site.ts";

/** What a run of a snippet printed. */
export interface Seen {
  name: string;
  /** Path of the page it was run on. */
  page: string;
  chunks: { stream: "stdout" | "stderr"; text: string }[];
  status: number;
  /** Where a question stands above it: the run bears out the same answer as the recording. */
  answers?: boolean;
}

/** The version of the Python that Pyodide contains, for example "3.14.2". */
const PYTHON_VERSION = (
  JSON.parse(readFileSync("node_modules/pyodide/pyodide-lock.json", "utf8")) as {
    info: { python: string };
  }
).info.python;

/** Pages: snippets mostly wait, but two in Chromium keep both cores of a small machine busy. */
const AT_A_TIME: Record<Engine, number> = { chromium: 2, firefox: 3 };

/** Runs each snippet of a page once; a snippet that is shown in sections is one file all the same. */
async function runPage(
  page: Page,
  url: string,
  path: string,
  claim: (name: string) => boolean,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  await follow(page, url + path);
  // Only what has snippets in it: open tables would be filled with every run.
  await unfold(page, "details:has(runnable-snippet)");
  const widgets = await page.$$eval("runnable-snippet:not([data-native])", (elements) =>
    elements.map((element) => ({ id: element.id, name: element.getAttribute("data-name")! })),
  );
  for (const { id, name } of widgets) {
    if (!claim(name)) continue;
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
    await expectTimeline(page, `#${escapeId(id)}`, name);
    const exit = notes.map((note) => /^Exit status (\d+)/.exec(note)?.[1]).find(Boolean);
    const answers = await page.$$eval(`predict-question[data-for="${id}"]`, (questions) =>
      questions.every((question) => {
        const held = [...question.querySelectorAll("li")].map((li) => li.className);
        return (
          held.indexOf("predict-happened") + 1 === Number(question.getAttribute("data-recorded"))
        );
      }),
    );
    seen.push({ name, page: path, chunks, status: Number(exit ?? 0), answers });
  }
  return seen;
}

/** As a reader goes from page to page: by a link, and Python stays where it is. */
async function follow(page: Page, url: string): Promise<void> {
  const isLinked = await page.evaluate((url) => {
    const link = [...document.links].find(({ href }) => href === url);
    document.querySelector("article")?.toggleAttribute("data-left");
    link?.click();
    return link !== undefined;
  }, url);
  if (!isLinked) await page.goto(url);
  await page.waitForFunction(
    (url) =>
      // The address tells how far one has read, too.
      location.href.replace(location.hash, "") === url &&
      document.readyState === "complete" &&
      document.querySelector("article:not([data-left])"),
    { polling: 50 },
    url,
  );
}

/** Where a timeline was recorded, the run has one of its own. */
async function expectTimeline(page: Page, widget: string, name: string): Promise<void> {
  const own = page.waitForFunction(
    (selector) => {
      const figure = document.querySelector(`${selector} > .runnable-timeline`);
      return !figure || /of this run, in your browser/.test(figure.textContent);
    },
    { polling: "mutation" },
    widget,
  );
  await own.catch(() => assert.fail(`${name} shows no timeline of its run`));
}

function escapeId(id: string): string {
  return id.replace(/[^\w-]/g, (character) => `\\${character}`);
}

function judge(engine: Engine, version: string, seen: Seen[], more: string[]) {
  return spawnSync(
    ".venv/bin/python",
    [
      ...["-m", "mkdocs_runnable", "judge", engine, ...more],
      ...["--browser-version", version, "--python-version", PYTHON_VERSION],
    ],
    {
      input: seen.map(({ answers: _, ...run }) => `${JSON.stringify(run)}\n`).join(""),
      encoding: "utf8",
    },
  );
}

/**
 * Fails unless each run fits its recording. Pages side by side make each other late on a small
 * machine, so the few that do not fit are run once more with nothing beside them, and have to then.
 */
export async function expectRecorded(
  engine: Engine,
  version: string,
  seen: Seen[],
  { options = {}, more = [] }: { options?: LaunchOptions; more?: string[] } = {},
): Promise<void> {
  let judged = judge(engine, version, seen, more);
  const failed = new Set(
    [...judged.stderr.matchAll(/^failed +([\w/]+)/gm)].map(([, name]) => name),
  );
  const late = seen.filter(({ name, answers }) => failed.has(name) || answers === false);
  let runs = seen;
  if (late.length > 0 && late.length <= 3) {
    const [, alone] = await runSite(engine, options, late);
    runs = seen.map((run) => alone.find(({ name }) => name === run.name) ?? run);
    judged = judge(engine, version, runs, more);
  }
  assert.equal(judged.status, 0, judged.stderr);
  const otherwise = runs.filter(({ answers }) => answers === false).map(({ name }) => name);
  assert.deepEqual(otherwise, [], "the answer that the recording bears out");
  assert.match(judged.stderr, new RegExp(`^${seen.length} as recorded, 0 different`, "m"));
}

/** Runs all snippets of the site, or only some, and those one after the other. */
export async function runSite(
  engine: Engine,
  options: LaunchOptions = {},
  only?: Seen[],
): Promise<[string, Seen[]]> {
  const site = await serveSite();
  const browser = await launch(engine, options);
  try {
    const done = new Set<string>();
    const claim = (name: string) =>
      (!only || only.some((late) => late.name === name)) && !done.has(name) && !!done.add(name);
    const seen: Seen[] = [];
    const pages = only ? [...new Set(only.map(({ page }) => page))] : await pagesWithSnippets();
    // Each in a window of its own: a tab behind another one is slowed down.
    const windows: Page[] = [];
    while (windows.length < (only ? 1 : AT_A_TIME[engine])) windows.push(await freshPage(browser));
    const readOn = async (page: Page) => {
      // The longest first, lest one page be alone at the end.
      for (let path = pages.pop(); path !== undefined; path = pages.pop()) {
        seen.push(...(await runPage(page, site.url, path, claim)));
      }
    };
    await Promise.all(windows.map(readOn));
    assert.ok(seen.length >= (only?.length ?? 15), `only ${seen.length} snippets ran`);
    return [await browser.version(), seen];
  } finally {
    await browser.close();
    await site.close();
  }
}
