/**
 * The command `python -m mkdocs_runnable check --browser` runs programs in a browser, and prints what a
 * reader would see: their output, and the notes beside it.
 */
// suite: light
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "..", "..", "..");

test("the output goes to stdout, and the notes and then the exit status of each program to stderr", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "check-"));
  context.after(() => rm(folder, { recursive: true }));
  // Asks for an old version of Python, and imports a module that no browser has.
  const unsuitable = join(folder, "unsuitable.py");
  const plain = join(folder, "plain.py");
  await writeFile(
    unsuitable,
    `# /// script
# requires-python = "<3.12"
# ///
print("begin")
try: import curses
except ImportError: print("end")
`,
  );
  await writeFile(plain, "print('plain')\n");
  const command = ["-m", "mkdocs_runnable", "check", "--browser", unsuitable, plain];
  const { stdout, stderr } = await promisify(execFile)(join(root, ".venv/bin/python"), command, {
    cwd: root,
  });
  const version = /this is Python ([\d.]+\d)\./.exec(stderr)?.[1];
  assert.ok(version);
  assert.equal(stdout, "begin\nend\nplain\n");
  assert.deepEqual(stderr.trimEnd().split("\n"), [
    `${unsuitable}: note: The program's header asks for Python <3.12, but this is Python ${version}. It runs anyway, and may fail.`,
    `${unsuitable}: note: The module curses of the standard library, imported in line 5, is not available in a browser, because the output on this page is not a terminal that programs can control; use input(), and print() with ANSI escape sequences.`,
    `${unsuitable}: exit status 0`,
    `${plain}: exit status 0`,
  ]);
});
