/**
 * Measures how long a reader waits from the click on Run to the first output, on the built site, in a bare
 * Pyodide worker and in PyScript's editor. On the built site, it measures a second program, too, which
 * needs libraries. Each round measures everything once, and one server sends all files compressed. Prints
 * medians; those of times with their ratios to the median of the bare worker with an empty cache.
 *
 * Usage: node runtime/bench/start.ts [--rounds N] [--slow]
 *   --slow: with 10 Mbit/s, 40 ms latency and half a core, and only with an empty cache
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "puppeteer-core";
import { encode } from "../page/session/share_link.ts";
import { launch } from "../harness/browsers.ts";
import { median } from "./median.ts";
import { contentTypes } from "../harness/server.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, slow: { type: "boolean", default: false } },
});

/** The network that `--slow` simulates. */
const BYTES_PER_MS = 10_000_000 / 8 / 1000;
const LATENCY_MS = 40;
/** `--slow` lets the browser run on one core for this time, stops it for the same time, and so on. */
const THROTTLE_MS = 10;

const PROGRAM = "print('first')\n";
/** A program that imports what a server and its client need, as several snippets do. */
const FASTAPI = `# /// script
# dependencies = ["fastapi", "httpx"]
# ///
from fastapi import FastAPI
import httpx
print('first', FastAPI, httpx)
`;

const BARE_PAGE = `<!doctype html><title>bare</title><link rel=icon href=data:,>
<button>Run</button><pre></pre><script type=module>
let worker;
document.querySelector("button").onclick = () => {
  if (!worker) {
    worker = new Worker("worker.mjs", { type: "module" });
    worker.onmessage = ({ data }) => { document.querySelector("pre").textContent += data; };
  }
  worker.postMessage(${JSON.stringify(PROGRAM)});
};
</script>`;
const BARE_WORKER = `import { loadPyodide } from "/bare/pyodide.mjs";
let python;
onmessage = async ({ data }) => {
  python ??= loadPyodide({ stdout: (text) => postMessage(text + "\\n") });
  (await python).runPython(data);
};`;
/** HOST is replaced by the server's address, because PyScript's worker cannot resolve relative addresses. */
const PYSCRIPT_PAGE = `<!doctype html><title>PyScript</title><link rel=icon href=data:,>
<link rel=stylesheet href="/pyscript/core.css"><script type=module src="/pyscript/core.js"></script><body>
<script type="py-editor" config='{"interpreter": "HOST/bare/pyodide.mjs"}'>${PROGRAM}</script>`;

/** Pages and scripts that exist only in this benchmark, by path. */
const pages: Record<string, string> = {
  "/bare/index.html": BARE_PAGE,
  "/bare/second.html": BARE_PAGE,
  "/bare/worker.mjs": BARE_WORKER,
  "/pyscript/index.html": PYSCRIPT_PAGE,
  "/pyscript/second.html": PYSCRIPT_PAGE,
};
/**
 * The folders from which the server takes all other files, by the beginning of their paths. The first match
 * counts.
 */
const folders: [string, string][] = [
  ["/bare/", "node_modules/pyodide/"],
  ["/pyscript/", "node_modules/@pyscript/core/dist/"],
  ["/", "site/"],
];

const compressed = new Map<string, Buffer>();
/** How many bytes of files, compressed, the server has begun to send. */
let sent = 0;
/** When the simulated network will have sent all parts of files that have been passed to it so far, in ms. */
let sentAt = 0;

/**
 * Returns the content of a file as the server sends it: compressed with gzip if its type is one of
 * `contentTypes`. The other files, such as archives, are compressed already.
 */
async function content(path: string): Promise<Buffer> {
  let body = compressed.get(path);
  if (body) return body;
  const [prefix, folder] = folders.find(([prefix]) => path.startsWith(prefix))!;
  const plain = pages[path] ?? (await readFile(join(folder, path.slice(prefix.length))));
  body = contentTypes[extname(path)]
    ? gzipSync(extname(path) === ".html" ? String(plain).replaceAll("HOST", url) : plain)
    : Buffer.from(plain);
  compressed.set(path, body);
  return body;
}

async function answer(url: string, response: ServerResponse): Promise<void> {
  let path = decodeURIComponent(new URL(url, "http://localhost").pathname);
  if (path.endsWith("/")) path += "index.html";
  const body = await content(path).catch(() => undefined);
  if (!body) return void response.writeHead(404).end();
  sent += body.length;
  if (values.slow) await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
  const type = contentTypes[extname(path)];
  response.writeHead(200, {
    "content-type": type ?? "application/octet-stream",
    ...(type && { "content-encoding": "gzip" }),
    // Static hosts let browsers cache files for some time.
    "cache-control": "max-age=600",
    // PyScript's editor needs these headers. The playground of the built site does not get them, because it
    // has to work without them.
    ...(!path.startsWith("/playground") && {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    }),
  });
  const step = values.slow ? 16_384 : body.length;
  for (let offset = 0; offset < body.length; offset += step) {
    if (values.slow) {
      sentAt =
        Math.max(sentAt, performance.now()) + Math.min(step, body.length - offset) / BYTES_PER_MS;
      await new Promise((resolve) => setTimeout(resolve, sentAt - performance.now()));
    }
    response.write(body.subarray(offset, offset + step));
  }
  response.end();
}

/** One of the implementations that are compared, with the program that it runs. */
interface Contender {
  /** The path of the page on which a reader clicks Run. */
  first: string;
  /** The path of another page with the same program, to measure a second page in the same tab. */
  second: string;
  /** This function runs in the page. It returns the Run button, or undefined before there is one. */
  button: () => HTMLElement | undefined;
  /** The selector of the element that shows the output. */
  output: string;
}

const own = async (source: string): Promise<Contender> => ({
  first: `/playground/#code=${await encode(source)}`,
  second: `/playground/?second#code=${await encode(source)}`,
  button: () =>
    document.querySelector<HTMLElement>("runnable-playground .runnable-run") ?? undefined,
  output: "runnable-playground [role=log]",
});

const contenders: Record<string, Contender> = {
  "this site": await own(PROGRAM),
  "this site, FastAPI": await own(FASTAPI),
  "bare Pyodide worker": {
    first: "/bare/",
    second: "/bare/second.html",
    button: () => document.querySelector("button") ?? undefined,
    output: "pre",
  },
  "PyScript's editor": {
    first: "/pyscript/",
    second: "/pyscript/second.html",
    button: () => document.querySelector<HTMLElement>(".py-editor-run-button") ?? undefined,
    output: ".py-editor-output",
  },
};

/** Clicks Run without moving the pointer there first. Returns the time in ms until there is output. */
async function click(page: Page, { button, output }: Contender): Promise<number> {
  await page.waitForFunction(button);
  return page.evaluate(
    async (find, output) => {
      const region = document.querySelector(output)!;
      const isOutput = ({ addedNodes, target, type }: MutationRecord) =>
        (type === "characterData" ? [target] : [...addedNodes]).some((node) =>
          /first/.test(node.textContent ?? ""),
        );
      const start = performance.now();
      return new Promise<number>((resolve) => {
        const observer = new MutationObserver((records) => {
          if (!records.some(isOutput)) return;
          observer.disconnect();
          resolve(performance.now() - start);
        });
        observer.observe(region, { childList: true, subtree: true, characterData: true });
        // The function comes from this script as text.
        // oxlint-disable-next-line typescript/no-implied-eval
        (new Function(`return (${find})()`)() as HTMLElement).click();
      });
    },
    button.toString(),
    output,
  );
}

/** Returns the process ids of the browser and all its descendants. */
async function processes(browser: Browser): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
  }
  const found = [browser.process()!.pid!];
  for (const pid of found) {
    for (const [child, parent] of parents) if (parent === pid) found.push(child);
  }
  return found;
}

/** Throttles the browser to half a core. Returns a function that gives it the whole of this core again. */
async function throttle(browser: Browser): Promise<() => void> {
  for (const pid of await processes(browser)) {
    // Processes that the browser starts later inherit the restriction to one core.
    const { error } = spawnSync("taskset", ["-acp", "0", String(pid)]);
    if (error) throw new Error(`--slow needs taskset (Debian: util-linux): ${error.message}`);
  }
  let stopped = false;
  let isOver = false;
  const alternate = async () => {
    while (!isOver) {
      stopped = !stopped;
      for (const pid of await processes(browser)) {
        try {
          process.kill(pid, stopped ? "SIGSTOP" : "SIGCONT");
        } catch {
          // The process has ended meanwhile.
        }
      }
      await new Promise((resolve) => setTimeout(resolve, THROTTLE_MS));
    }
    for (const pid of await processes(browser)) process.kill(pid, "SIGCONT");
  };
  void alternate();
  return () => (isOver = true);
}

type Figures = Record<string, number>;

async function measure(contender: Contender, url: string): Promise<Figures> {
  const profile = await mkdtemp(join(tmpdir(), "bench-"));
  const figures: Figures = {};
  try {
    let browser = await launch("chromium", { userDataDir: profile });
    let page = await browser.newPage();
    await page.goto(url + contender.first, { waitUntil: "networkidle0" });
    const sentBefore = sent;
    const release = values.slow ? await throttle(browser) : undefined;
    figures["empty cache"] = await click(page, contender);
    release?.();
    await page.waitForNetworkIdle();
    figures["kB sent by the first click"] = (sent - sentBefore) / 1000;
    if (values.slow) {
      await browser.close();
      return figures;
    }
    figures["second run"] = await click(page, contender);
    await page.goto(url + contender.second, { waitUntil: "networkidle0" });
    figures["second page"] = await click(page, contender);
    await browser.close();
    browser = await launch("chromium", { userDataDir: profile });
    page = await browser.newPage();
    await page.goto(url + contender.first, { waitUntil: "networkidle0" });
    const sentBeforeVisit = sent;
    figures["second visit"] = await click(page, contender);
    figures["kB sent by the second visit"] = (sent - sentBeforeVisit) / 1000;
    await browser.close();
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
  return figures;
}

const server = createServer((request, response) => void answer(request.url ?? "/", response));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const all = new Map<string, Figures[]>();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, contender] of Object.entries(contenders)) {
    all.set(name, [...(all.get(name) ?? []), await measure(contender, url)]);
  }
}
server.close();
server.closeAllConnections();

const medianOf = (name: string, figure: string) =>
  median(all.get(name)!.map((figures) => figures[figure]!));
const base = medianOf("bare Pyodide worker", "empty cache");
for (const name of all.keys()) {
  console.log(name);
  for (const figure of Object.keys(all.get(name)![0]!)) {
    const value = medianOf(name, figure);
    const ratio = figure.startsWith("kB") ? "" : ` ms  ${(value / base).toFixed(3)}`;
    console.log(`  ${figure.padEnd(28)} ${value.toFixed(0).padStart(7)}${ratio}`);
  }
}
