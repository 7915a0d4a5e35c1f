/** Runs every snippet of the site by its Run button, and compares the output with the recordings. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import type { LaunchOptions, Page } from "puppeteer-core";
import { Runner } from "../../../runtime/harness/runner.ts";
import {
  freshPage,
  launch,
  pagesWithSnippets,
  serveSite,
  unfold,
  Widget,
  type Engine,
} from "./site.ts";

/** One run of a snippet and its output. */
export interface SnippetRun {
  name: string;
  /** The path of the page on which the snippet was run; none if it ran on a page without widgets. */
  page?: string;
  chunks: { stream: "stdout" | "stderr"; text: string }[];
  status: number;
  /** Whether the questions above the snippet have the same answer for this run as for the recording. */
  hasRecordedAnswers?: boolean;
}

/** The version of Python in Pyodide, for example "3.14.2". */
const PYTHON_VERSION = (
  JSON.parse(readFileSync("node_modules/pyodide/pyodide-lock.json", "utf8")) as {
    info: { python: string };
  }
).info.python;

/**
 * How many pages run their snippets at the same time. Snippets mostly wait, but two pages with widgets
 * already keep both cores of a small machine busy.
 */
const PAGES_AT_A_TIME = 2;
/** How many bare pages, each in a browser of its own, run snippets at the same time. */
const BARE_PAGES_AT_A_TIME = 3;

/**
 * Snippets that run when no other page runs one. Their output depends on how soon processes start, or on
 * how soon one of many threads continues, and beside other pages each of them has had another output at
 * least once.
 */
const ALONE = new Set([
  "blocking/many_threads",
  "choose/start_asyncio_and_processes",
  "endpoints/forty",
  "models/processes",
]);

/**
 * Runs the snippets of a page. The same snippet may be on the page several times, and on other pages, so
 * `claim` decides whether the snippet with this name still has to run.
 */
async function runPage(
  page: Page,
  url: string,
  path: string,
  claim: (name: string) => boolean,
): Promise<SnippetRun[]> {
  const runs: SnippetRun[] = [];
  await follow(page, url + path);
  // Other details stay closed, because each run would update the table of its timeline if it were open.
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
    const hasRecordedAnswers = await page.$$eval(
      `predict-question[data-for="${id}"]`,
      (questions) =>
        questions.every((question) => {
          const classes = [...question.querySelectorAll("li")].map((li) => li.className);
          return (
            classes.indexOf("predict-happened") + 1 ===
            Number(question.getAttribute("data-recorded"))
          );
        }),
    );
    runs.push({ name, page: path, chunks, status: Number(exit ?? 0), hasRecordedAnswers });
  }
  return runs;
}

/** Opens a page by a link if there is one, as a reader would, so that Python stays loaded. */
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
      // The hash does not count, because it shows how far the reader has scrolled.
      location.href.replace(location.hash, "") === url &&
      document.readyState === "complete" &&
      document.querySelector("article:not([data-left])"),
    { polling: 50 },
    url,
  );
}

/** Fails unless a snippet with a recorded timeline now shows the timeline of this run. */
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

/** Compares runs with the recordings; `more` are further arguments of the command that does so. */
function judge(engine: Engine, version: string, runs: SnippetRun[], more: string[]) {
  return spawnSync(
    ".venv/bin/python",
    [
      ...["-m", "mkdocs_runnable", "judge", engine, ...more],
      ...["--browser-version", version, "--python-version", PYTHON_VERSION],
    ],
    {
      input: runs.map(({ hasRecordedAnswers: _, ...run }) => `${JSON.stringify(run)}\n`).join(""),
      encoding: "utf8",
    },
  );
}

/**
 * Fails unless the output of each run agrees with its recording. On a small machine, pages that run at
 * the same time delay each other. If up to three snippets differ, they therefore run once more, alone,
 * and the closing lines of the suite name them.
 */
export async function expectRecorded(
  test: TestContext,
  engine: Engine,
  version: string,
  firstRuns: SnippetRun[],
  {
    /** Runs some of the snippets again, with nothing else beside them. */
    runAgain = async (runs: SnippetRun[]): Promise<SnippetRun[]> =>
      (await runSite(engine, runs))[1],
    /** Further arguments of the command that compares the runs with the recordings. */
    more = [] as string[],
  } = {},
): Promise<void> {
  let judged = judge(engine, version, firstRuns, more);
  const failed = new Set(
    [...judged.stderr.matchAll(/^failed +([\w/]+)/gm)].map(([, name]) => name),
  );
  const repeated = firstRuns.filter(
    ({ name, hasRecordedAnswers }) => failed.has(name) || hasRecordedAnswers === false,
  );
  let runs = firstRuns;
  if (repeated.length > 0 && repeated.length <= 3) {
    test.diagnostic(`ran twice: ${repeated.map(({ name }) => name).join(", ")} in ${engine}`);
    const secondRuns = await runAgain(repeated);
    runs = firstRuns.map((run) => secondRuns.find(({ name }) => name === run.name) ?? run);
    judged = judge(engine, version, runs, more);
  }
  assert.equal(judged.status, 0, judged.stderr);
  const withOtherAnswers = runs
    .filter(({ hasRecordedAnswers }) => hasRecordedAnswers === false)
    .map(({ name }) => name);
  assert.deepEqual(withOtherAnswers, [], "questions have other answers than in the recording");
  assert.match(judged.stderr, new RegExp(`^${firstRuns.length} as recorded, 0 different`, "m"));
}

/**
 * Runs snippets by their names on bare pages, which takes much less time than on the pages of the site.
 * Those of `ALONE` run after the others, on one page.
 *
 * @param atATime - how many pages run snippets at the same time.
 * @returns the version of the browser and the runs.
 */
export async function runBare(
  engine: Engine,
  names: readonly string[],
  { launch = {} as LaunchOptions, atATime = BARE_PAGES_AT_A_TIME } = {},
): Promise<[version: string, runs: SnippetRun[]]> {
  const runs: SnippetRun[] = [];
  const open = (): Promise<Runner> => Runner.open({ engine, launch });
  const runners = await Promise.all(Array.from({ length: atATime }, open));
  const runAll = async (runner: Runner, remaining: string[]): Promise<void> => {
    for (let name = remaining.pop(); name !== undefined; name = remaining.pop()) {
      const source = readFileSync(`snippets/${name}.py`, "utf8");
      const filename = `${name.split("/").at(-1)!}.py`;
      // As in a widget, the run is traced. The trace itself is not needed.
      const options = { seconds: 60, traces: false };
      const { events, outcome } = await runner.run({ source, filename, trace: true }, options);
      const chunks = events.flatMap((event) =>
        event.type === "stdout" || event.type === "stderr"
          ? [{ stream: event.type, text: event.text.replaceAll("/home/reader/", "") }]
          : [],
      );
      assert.equal(outcome.type, "finished", name);
      runs.push({ name, chunks, status: outcome.status });
    }
  };
  try {
    const remaining = names.filter((name) => !ALONE.has(name));
    await Promise.all(runners.map((runner) => runAll(runner, remaining)));
    await runAll(
      runners[0]!,
      names.filter((name) => ALONE.has(name)),
    );
    return [await runners[0]!.page.browser().version(), runs];
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}

/**
 * Runs all snippets of the site, on several pages at the same time, and then those of `ALONE`, on one page.
 * If some runs are given in `only`, their snippets run again, on one page at a time.
 */
export async function runSite(
  engine: Engine,
  only?: SnippetRun[],
): Promise<[string, SnippetRun[]]> {
  const site = await serveSite();
  const browser = await launch(engine);
  try {
    const done = new Set<string>();
    const postponed = new Set<string>();
    const claim = (name: string) =>
      (!only || only.some((run) => run.name === name)) && !done.has(name) && !!done.add(name);
    const runs: SnippetRun[] = [];
    const pages = only ? [...new Set(only.map(({ page }) => page!))] : await pagesWithSnippets();
    // Each page gets a window, because browsers slow down a tab that is behind another one.
    const windows: Page[] = [];
    const count = only ? 1 : PAGES_AT_A_TIME;
    while (windows.length < count) windows.push(await freshPage(browser));
    const runPages = async (page: Page) => {
      // Pages with the most snippets come first, so that none of them runs alone at the end.
      for (let path = pages.pop(); path !== undefined; path = pages.pop()) {
        const claimNow = (name: string) => {
          if (only || !ALONE.has(name)) return claim(name);
          postponed.add(path!);
          return false;
        };
        runs.push(...(await runPage(page, site.url, path, claimNow)));
      }
    };
    await Promise.all(windows.map(runPages));
    for (const path of postponed) runs.push(...(await runPage(windows[0]!, site.url, path, claim)));
    assert.ok(runs.length >= (only?.length ?? 15), `only ${runs.length} snippets ran`);
    return [await browser.version(), runs];
  } finally {
    await browser.close();
    await site.close();
  }
}
