import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { completeOptions } from "../../../runtime/protocol/run_options.ts";

const DEFAULTS = { trace: false, clockRate: 1, paused: false };

/** Lets the class `RunOptions` in Python read options as the page sends them; returns its fields. */
function readInPython(options: object): unknown {
  const script = `
import dataclasses, json, sys
from run_options import RunOptions
print(json.dumps(dataclasses.asdict(RunOptions.from_page(json.loads(sys.argv[1])))))
`;
  const env = { ...process.env, PYTHONPATH: "runtime/python/browser_runtime" };
  const command = ["-c", script, JSON.stringify(options)];
  return JSON.parse(execFileSync(".venv/bin/python", command, { env, encoding: "utf8" }));
}

test("options that are not given have their defaults", () => {
  assert.deepEqual(completeOptions({}), DEFAULTS);
  assert.deepEqual(completeOptions({ clockRate: 0 }), { ...DEFAULTS, clockRate: 0 });
});

test("properties of a program that are not options are left out", () => {
  const program = { trace: true, source: "print()", filename: "a.py" };
  assert.deepEqual(completeOptions(program), { ...DEFAULTS, trace: true });
});

test("Python has the same options with the same defaults", () => {
  const inPython = { trace: false, clock_rate: 1, paused: false };
  assert.deepEqual(readInPython({}), inPython);
  assert.deepEqual(readInPython(completeOptions({})), inPython);
});

test("Python reads the values that the page sends", () => {
  assert.deepEqual(readInPython({ trace: true, clockRate: 10, paused: true }), {
    trace: true,
    clock_rate: 10,
    paused: true,
  });
});
