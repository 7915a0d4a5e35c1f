/**
 * Measures how long a reader waits from the click on Run to the first output: on this site, in a bare
 * Pyodide worker, and in PyScript's editor, all served by one server that packs what it sends, each
 * in turn. Prints medians, and their ratios to the bare worker on an empty cache.
 *
 * Usage: node bench_start.ts [--rounds N] [--slow]
 *   --slow: over 10 Mbit/s and 40 ms, in a browser that is held to half a core; empty cache only
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

/** Of the network that `--slow` imitates: bytes a millisecond, and ms. */
const BANDWIDTH = 10_000_000 / 8 / 1000;
const LATENCY = 40;
/** The browser runs for so long and then stands for as long, in ms, on one core. */
const TURN = 10;

const PROGRAM = "print('first')\n";
/** As the snippets do: a server, and the client that calls it in the same program. */
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
/** HOST stands for the server's address: PyScript looks the interpreter up from a worker without one. */
const PYSCRIPT_PAGE = `<!doctype html><title>PyScript</title><link rel=icon href=data:,>
<link rel=stylesheet href="/pyscript/core.css"><script type=module src="/pyscript/core.js"></script><body>
<script type="py-editor" config='{"interpreter": "HOST/bare/pyodide.mjs"}'>${PROGRAM}</script>`;

const pages: Record<string, string> = {
  "/bare/index.html": BARE_PAGE,
  "/bare/second.html": BARE_PAGE,
  "/bare/worker.mjs": BARE_WORKER,
  "/pyscript/index.html": PYSCRIPT_PAGE,
  "/pyscript/second.html": PYSCRIPT_PAGE,
};
const folders: [string, string][] = [
  ["/bare/", "node_modules/pyodide/"],
  ["/pyscript/", "node_modules/@pyscript/core/dist/"],
  ["/", "site/"],
];

const packed = new Map<string, Buffer>();
let sent = 0;
/** When the line is free again, in ms. */
let free = 0;

/** The file, packed as static hosts pack it; what is packed already stays as it is. */
async function content(path: string): Promise<Buffer> {
  let body = packed.get(path);
  if (body) return body;
  const [prefix, folder] = folders.find(([prefix]) => path.startsWith(prefix))!;
  const plain = pages[path] ?? (await readFile(join(folder, path.slice(prefix.length))));
  body = contentTypes[extname(path)]
    ? gzipSync(extname(path) === ".html" ? String(plain).replaceAll("HOST", url) : plain)
    : Buffer.from(plain);
  packed.set(path, body);
  return body;
}

async function answer(url: string, response: ServerResponse): Promise<void> {
  let path = decodeURIComponent(new URL(url, "http://localhost").pathname);
  if (path.endsWith("/")) path += "index.html";
  const body = await content(path).catch(() => undefined);
  if (!body) return void response.writeHead(404).end();
  sent += body.length;
  if (values.slow) await new Promise((resolve) => setTimeout(resolve, LATENCY));
  const type = contentTypes[extname(path)];
  response.writeHead(200, {
    "content-type": type ?? "application/octet-stream",
    ...(type && { "content-encoding": "gzip" }),
    // As a host that lets browsers keep files for a while.
    "cache-control": "max-age=600",
    // PyScript's editor does not run without them; this site does not need them.
    ...(!path.startsWith("/playground") && {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    }),
  });
  const step = values.slow ? 16_384 : body.length;
  for (let place = 0; place < body.length; place += step) {
    if (values.slow) {
      free = Math.max(free, performance.now()) + Math.min(step, body.length - place) / BANDWIDTH;
      await new Promise((resolve) => setTimeout(resolve, free - performance.now()));
    }
    response.write(body.subarray(place, place + step));
  }
  response.end();
}

interface Contender {
  first: string;
  second: string;
  /** Runs in the page: the Run button, or undefined as long as there is none. */
  button: () => HTMLElement | undefined;
  /** Selects what shows the output. */
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

/** Clicks without having come near before; ms until the program's output is added to the page. */
async function click(page: Page, { button, output }: Contender): Promise<number> {
  await page.waitForFunction(button);
  return page.evaluate(
    async (find, output) => {
      const region = document.querySelector(output)!;
      const hasCome = ({ addedNodes, target, type }: MutationRecord) =>
        (type === "characterData" ? [target] : [...addedNodes]).some((node) =>
          /first/.test(node.textContent ?? ""),
        );
      const start = performance.now();
      return new Promise<number>((resolve) => {
        const observer = new MutationObserver((records) => {
          if (!records.some(hasCome)) return;
          observer.disconnect();
          resolve(performance.now() - start);
        });
        observer.observe(region, { childList: true, subtree: true, characterData: true });
        (new Function(`return (${find})()`)() as HTMLElement).click();
      });
    },
    button.toString(),
    output,
  );
}

/** The browser and everything it has started. */
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

/** Lets the browser run on one core, half of the time; returns how to end that. */
async function holdBack(browser: Browser): Promise<() => void> {
  for (const pid of await processes(browser)) {
    // Those that it starts from now on are bound as well.
    const { error } = spawnSync("taskset", ["-acp", "0", String(pid)]);
    if (error) throw new Error(`--slow needs taskset (Debian: util-linux): ${error.message}`);
  }
  let stopped = false;
  let over = false;
  const step = async () => {
    while (!over) {
      stopped = !stopped;
      for (const pid of await processes(browser)) {
        try {
          process.kill(pid, stopped ? "SIGSTOP" : "SIGCONT");
        } catch {
          // It has ended meanwhile.
        }
      }
      await new Promise((resolve) => setTimeout(resolve, TURN));
    }
    for (const pid of await processes(browser)) process.kill(pid, "SIGCONT");
  };
  void step();
  return () => (over = true);
}

type Figures = Record<string, number>;

async function measure(contender: Contender, url: string): Promise<Figures> {
  const profile = await mkdtemp(join(tmpdir(), "bench-"));
  const figures: Figures = {};
  try {
    let browser = await launch("chromium", { userDataDir: profile });
    let page = await browser.newPage();
    await page.goto(url + contender.first, { waitUntil: "networkidle0" });
    const before = sent;
    const release = values.slow ? await holdBack(browser) : undefined;
    figures["empty cache"] = await click(page, contender);
    release?.();
    await page.waitForNetworkIdle();
    figures["kB sent by the first click"] = (sent - before) / 1000;
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
    const again = sent;
    figures["second visit"] = await click(page, contender);
    figures["kB sent by that"] = (sent - again) / 1000;
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

const medians = (name: string, figure: string) =>
  median(all.get(name)!.map((figures) => figures[figure]!));
const base = medians("bare Pyodide worker", "empty cache");
for (const name of all.keys()) {
  console.log(name);
  for (const figure of Object.keys(all.get(name)![0]!)) {
    const value = medians(name, figure);
    const ratio = figure.startsWith("kB") ? "" : ` ms  ${(value / base).toFixed(3)}`;
    console.log(`  ${figure.padEnd(28)} ${value.toFixed(0).padStart(7)}${ratio}`);
  }
}
