import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Stream } from "../../../../runtime/page/output/frame_batcher.ts";
import { finalText, MAX_COLUMNS, Terminal } from "../../../../runtime/page/output/terminal.ts";
import { assertLinear } from "../../growth.ts";
import { random } from "../random.ts";

type Piece = [stream: Stream, text: string];

interface Case {
  about: string;
  /** What a program writes. */
  chunks: Piece[];
  /** What the terminal shows in the end. */
  lines: Piece[];
}

// The same cases as in tests/mkdocs_runnable/recording/test_terminal.py.
const path = new URL("../../../cases/terminal.json", import.meta.url);
const cases = JSON.parse(readFileSync(path, "utf8")) as Case[];

function linesOf(terminal: Terminal): Piece[] {
  return [...terminal.transcript()].map(({ stream, text }) => [stream, text]);
}

test("the shared cases are found", () => assert.ok(cases.length > 40));

for (const { about, chunks, lines } of cases) {
  test(`the lines of a terminal are right: ${about}`, () => {
    const terminal = new Terminal();
    for (const [stream, text] of chunks) terminal.write(stream, text);
    assert.deepEqual(linesOf(terminal), lines);
  });

  test(`the lines of a terminal are right: ${about}, written character by character`, () => {
    const terminal = new Terminal();
    for (const [stream, text] of chunks) {
      for (const character of text) terminal.write(stream, character);
    }
    assert.deepEqual(linesOf(terminal), lines);
  });
}

/** Texts that a terminal shows unchanged. The last one is long, so that some lines reach `MAX_COLUMNS`. */
const PLAIN = ["word ", "漢字", "e\u0301", "\n", "\t", "🐍", "50%|##  |", "x".repeat(700)];
/** Control characters, and escape sequences of two characters. */
const CODES = [
  "\r",
  "\b",
  "\r\n",
  "\v",
  "\u0007",
  ..."78cDEM".split("").map((end) => `\u001b${end}`),
];
/** Control sequences that move the cursor, erase cells, or change the style. */
const SEQUENCES = [
  ...[
    "2A",
    "B",
    "3C",
    "2D",
    "E",
    "F",
    "5G",
    "2;3H",
    "J",
    "1J",
    "2J",
    "K",
    "1K",
    "2K",
    "4X",
    "s",
    "u",
  ],
  ...["31m", "0;1m", "38;5;9m", "?25l"],
].map((end) => `\u001b[${end}`);
const ALL = [...PLAIN, ...CODES, ...SEQUENCES, "\u001b]0;title\u0007"];
const STREAMS: Stream[] = ["stdout", "stderr"];

/** Makes a random text of up to 59 of these parts. */
function compose(next: () => number, parts: readonly string[]): string {
  const length = Math.floor(next() * 60);
  return Array.from({ length }, () => parts[Math.floor(next() * parts.length)]!).join("");
}

/** The text and the look of all lines, which is all that a renderer uses. */
const runsOf = (terminal: Terminal) => terminal.lines.map((line) => line.runs());

test("plain text is shown unchanged", () => {
  for (let seed = 0; seed < 200; seed++) {
    const text = compose(random(seed), PLAIN);
    const terminal = new Terminal();
    terminal.write("stdout", text);
    const shown = runsOf(terminal).flatMap((runs) => runs.map((run) => run.text));
    assert.equal(shown.join(""), text, `seed ${seed}`);
  }
});

test("what is shown does not depend on how the output is divided into pieces", () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed);
    const whole = new Terminal();
    const divided = new Terminal();
    for (let part = 0; part < 5; part++) {
      const stream = STREAMS[Math.floor(next() * 2)]!;
      const text = compose(next, ALL);
      whole.write(stream, text);
      for (let start = 0; start < text.length;) {
        let end = start + 1 + Math.floor(next() * 4);
        // Output arrives decoded, so no piece ends between the two halves of a surrogate pair.
        if (/^[\udc00-\udfff]/.test(text.slice(end))) end += 1;
        divided.write(stream, text.slice(start, end));
        start = end;
      }
    }
    assert.equal(JSON.stringify(runsOf(divided)), JSON.stringify(runsOf(whole)), `seed ${seed}`);
  }
});

test("the cursor never moves above `top`, no line is too long, and the size counts every cell", () => {
  for (let seed = 0; seed < 300; seed++) {
    const terminal = new Terminal();
    const next = random(seed);
    for (let part = 0; part < 5; part++) {
      terminal.write("stdout", compose(next, ALL));
      assert.ok(terminal.row >= terminal.top, `seed ${seed}`);
      let size = terminal.lines.length - 1;
      for (const line of terminal.lines) {
        assert.ok(line.length <= MAX_COLUMNS, `seed ${seed}`);
        size += line.length;
      }
      // The size may be larger, because it counts combining characters as well.
      assert.ok(terminal.size >= size, `seed ${seed}: ${terminal.size} < ${size}`);
    }
  }
});

test("only the lines that a text changes are drawn again", () => {
  const terminal = new Terminal();
  terminal.write("stdout", "one\ntwo\nthree");
  terminal.changed.clear();
  terminal.write("stdout", "\rTHREE");
  assert.deepEqual([...terminal.changed], [2]);
  terminal.changed.clear();
  terminal.write("stdout", "\u001b[1A\u001b[2K");
  assert.deepEqual([...terminal.changed], [1]);
});

test("the final text keeps tabs and newlines, but no other control characters", () => {
  assert.equal(finalText("\r 5%\r10%\n\n\u001b[1mend\u001b[0m"), "10%\n\nend");
  for (let seed = 0; seed < 50; seed++) {
    const text = compose(random(seed), PLAIN);
    assert.equal(finalText(text), text);
  }
});

test("many updates of a progress bar are quick, and need no more room than its last state", () => {
  const show = (updates: number) => () => {
    const terminal = new Terminal();
    for (let update = 0; update <= updates; update++) {
      const percent = (100 * update) / updates;
      terminal.write(
        "stdout",
        `\r\u001b[32m${percent.toFixed(1).padStart(5)}%\u001b[0m |${"#".repeat(percent / 4)}`,
      );
    }
    assert.ok(terminal.size < 100, String(terminal.size));
    assert.deepEqual(linesOf(terminal), [["stdout", `100.0% |${"#".repeat(25)}`]]);
  };
  assertLinear(show, 5_000);
});
