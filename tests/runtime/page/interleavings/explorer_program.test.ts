import assert from "node:assert/strict";
import { test } from "node:test";
import {
  explorerProgram,
  ReportReader,
  type ExplorerRequest,
} from "../../../../runtime/page/interleavings/explorer_program.ts";

// In the published script, the build inserts this constant: the modules of the explorer, as JSON.
Object.assign(globalThis, { EXPLORER_FILES: '{"explorer/report.py": "pass\\n"}' });

/** Returns the last line of the program for a request, which calls the explorer. */
function callFor(request: ExplorerRequest): string | undefined {
  return explorerProgram("print(1)\n", "it's.py", request).source.split("\n").at(-2);
}

test("the program has the explorer and the source to explore in files beside it", () => {
  const { files } = explorerProgram("print('é')\n", "x.py", {
    type: "explore",
    bound: 2,
    everyBytecode: false,
  });
  const decoder = new TextDecoder();
  assert.equal(decoder.decode(files?.["explored.txt"]), "print('é')\n");
  assert.equal(decoder.decode(files?.["explorer/report.py"]), "pass\n");
});

test("the program begins with the header of the explored program, which declares libraries", () => {
  const header = '# /// script\n# dependencies = ["httpx"]\n# ///\n';
  const request = { type: "random", seed: 1, everyBytecode: false } as const;
  for (const source of [
    `${header}import httpx\n`,
    `print(1)\n\n${header.replaceAll("\n", "\r\n")}`,
  ]) {
    const program = explorerProgram(source, "x.py", request);
    assert.equal(program.source.indexOf(`${header}from explorer import report\n`), 0);
  }
});

test("each kind of request becomes a call of the explorer", () => {
  // 2000 and 500 are the numbers of interleavings after which an exploration ends.
  assert.equal(
    callFor({ type: "explore", bound: 3, everyBytecode: false }),
    `report.print_exploration("explored.txt", "it's.py", 3, 2000, every_bytecode=False)`,
  );
  assert.equal(
    callFor({ type: "random", seed: 7, everyBytecode: true }),
    `report.print_exploration("explored.txt", "it's.py", 0, 500, 7, every_bytecode=True)`,
  );
  assert.equal(
    callFor({ type: "choose", choices: [0, 2], toTheEnd: true, everyBytecode: true }),
    `report.print_run("explored.txt", "it's.py", [0,2], True, every_bytecode=True)`,
  );
});

test("reports are read from output that arrives in pieces", () => {
  const reader = new ReportReader();
  assert.deepEqual(reader.read('{"runs": 3, "bre'), []);
  assert.deepEqual(reader.read('aking": 1}\n{"failed": "Line 1: '), [
    { type: "progress", runs: 3, breaking: 1, groups: [] },
  ]);
  assert.deepEqual(reader.read('invalid syntax."}\n'), [
    { type: "failed", message: "Line 1: invalid syntax." },
  ]);
});

test("output that is not a report is ignored", () => {
  const lines = ["hello", "", "7", "null", '"failed"', '{"runs": 1}', "{}"];
  assert.deepEqual(new ReportReader().read(`${lines.join("\n")}\n`), []);
});
