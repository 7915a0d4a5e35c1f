/**
 * Runs Python files in a browser, and prints what they print and how they end, one JSON object per line:
 *
 *   {"file": …, "type": "stdout" | "stderr", "text": …}
 *   {"file": …, "type": "note", "text": …}
 *   {"file": …, "type": "ended", "outcome": "finished" | "failed" | "timeout", "status": …, "message": …}
 *
 * `status` is there if the outcome is "finished", and `message` if it is "failed". The notes follow the
 * output. They are the sentences that a reader sees above and below the output of a run: how the run
 * differed from one on CPython, and whether the program asks for another version of Python.
 *
 * Usage: node check.ts [--engine chromium|firefox] [--runtime DIR] [--path DIR] [--timeout SECONDS]
 *   [--dependencies LIBRARIES] FILE…
 * The folder of --path contains further modules that each file can import.
 * LIBRARIES, separated by spaces, are those that each file may import without declaring them.
 * The exit status is 3 if no file can be run, for example because there is no browser or no built runtime;
 * stderr says why.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { describePythonMismatch } from "../host/needs/requirements.ts";
import type { RunEvent } from "../host/types.ts";
import { ASKS_FOR_PYTHON } from "../page/workbench/asks_for_python.ts";
import { describeDifferences, type Fact } from "../page/workbench/differences.ts";
import type { Engine } from "./browsers.ts";
import { Runner } from "./runner.ts";

/** Ends this script because it cannot run any program. */
function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(3);
}

/**
 * Reads a folder. Returns the content of each file in base64, by its path relative to the folder. Leaves out
 * files in `__pycache__`.
 */
async function readFolder(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents: Record<string, string> = {};
  for (const entry of entries) {
    if (!entry.isFile() || entry.parentPath.includes("__pycache__")) continue;
    const path = join(entry.parentPath, entry.name);
    contents[relative(folder, path)] = (await readFile(path)).toString("base64");
  }
  return contents;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string", default: "chromium" },
    runtime: { type: "string", default: "build/runtime" },
    path: { type: "string" },
    timeout: { type: "string", default: "60" },
    dependencies: { type: "string", default: "" },
  },
});
const { engine, runtime } = values;
if (engine !== "chromium" && engine !== "firefox") {
  fail(`--engine: expected chromium or firefox, not ${engine}.`);
}
if (!(await stat(join(runtime, "harness.js")).catch(() => undefined))) {
  fail(`${runtime} holds no runtime. Run "make build" first.`);
}
const dependencies = values.dependencies.split(" ").filter(Boolean);
const settings = { engine: engine as Engine, runtime, dependencies };
const runner = await Runner.open(settings).catch((error: Error) => fail(error.message));
try {
  const folder = values.path === undefined ? {} : await readFolder(values.path);
  const seconds = Number(values.timeout);
  for (const file of positionals) {
    const print = (line: object) => process.stdout.write(`${JSON.stringify({ file, ...line })}\n`);
    const source = await readFile(file, "utf8");
    const facts: Fact[] = [];
    let mismatch: string | undefined;
    const listen = (event: RunEvent) => {
      if (event.type === "started" && ASKS_FOR_PYTHON.test(source)) {
        mismatch = describePythonMismatch(source, event.version);
      }
      if (event.type === "note") facts.push(event);
      if (event.type === "stdout" || event.type === "stderr") print(event);
      if (event.type === "capped") {
        print({ type: "stderr", text: `[output cut after ${event.lines} lines]\n` });
      }
    };
    const program = { source, filename: basename(file) };
    const { outcome } = await runner.run(program, { seconds, folder, listen });
    const notes = [...(mismatch === undefined ? [] : [mismatch]), ...describeDifferences(facts)];
    for (const text of notes) print({ type: "note", text });
    const { type, ...rest } = outcome;
    print({ type: "ended", outcome: type === "stopped" ? "timeout" : type, ...rest });
  }
} finally {
  await runner.close();
}
