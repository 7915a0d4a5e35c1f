import assert from "node:assert/strict";
import { test } from "node:test";
import type { Piece, Stream } from "../../../../runtime/page/output/frame_batcher.ts";
import {
  OutputPipeline,
  type LoadTerminal,
} from "../../../../runtime/page/output/output_pipeline.ts";

// A visible tab shows output in animation frames, which Node does not have. A hidden tab uses timers.
Object.assign(globalThis, { document: { visibilityState: "hidden" } });

/** Records what the pipeline passes to a terminal. A text that contains "too much" fills it. */
class FakeTerminal {
  /** What was printed before the terminal was created. */
  static before: Piece[];
  static written: [Stream, string][];
  static isEnded: boolean;

  constructor(_screen: unknown, _schedule: unknown, before: Piece[]) {
    FakeTerminal.before = before;
    FakeTerminal.written = [];
    FakeTerminal.isEnded = false;
  }

  write(stream: Stream, text: string): boolean {
    FakeTerminal.written.push([stream, text]);
    return !text.includes("too much");
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  text(): string {
    return "final text\n";
  }

  end(): void {
    FakeTerminal.isEnded = true;
  }
}

/** Makes a pipeline; `load` returns the module that contains the terminal. */
function makePipeline(load: () => unknown = () => ({ TerminalOutput: FakeTerminal })) {
  const shown: Piece[] = [];
  const notes: string[] = [];
  let loads = 0;
  const target = {
    append: (pieces: Piece[]) => void shown.push(...pieces),
    note: (text: string) => void notes.push(text),
    screen: undefined as never,
  };
  const loadTerminal = (async () => {
    loads += 1;
    return load();
  }) as LoadTerminal;
  const pipeline = new OutputPipeline(target, "demo.py", loadTerminal);
  const text = () => shown.map((piece) => piece.text).join("");
  return { pipeline, text, notes, loads: () => loads };
}

test("output with no control characters but tabs and newlines needs no terminal", async () => {
  const { pipeline, text, loads } = makePipeline();
  pipeline.stdout("a\tb\n");
  pipeline.stderr("c\n");
  await pipeline.end();
  assert.equal(text(), "a\tb\nc\n");
  assert.equal(loads(), 0);
  assert.equal(pipeline.text, "a\tb\nc\n");
});

test("from the first other control character on, all output goes to a terminal, in order", async () => {
  const { pipeline, text, loads } = makePipeline();
  pipeline.stdout("before\n");
  pipeline.stdout("\r 5%");
  pipeline.stderr("error\n");
  pipeline.echo("answer\n");
  await pipeline.flush();
  pipeline.stdout("after\n");
  await pipeline.end();
  assert.equal(text(), "before\n");
  assert.deepEqual(FakeTerminal.before, [{ stream: "stdout", text: "before\n" }]);
  assert.deepEqual(FakeTerminal.written, [
    ["stdout", "\r 5%"],
    ["stderr", "error\n"],
    ["stdin", "answer\n"],
    ["stdout", "after\n"],
  ]);
  assert.equal(loads(), 1);
  assert.equal(pipeline.text, "final text\n");
  assert.ok(FakeTerminal.isEnded);
});

for (const character of ["\b", "\u001b[31m", "\u0000", "\u0007", "\u009b", "\u007f", "\r\n"]) {
  test(`the character or sequence ${JSON.stringify(character)} needs a terminal`, async () => {
    const { pipeline, loads } = makePipeline();
    pipeline.stdout(`a${character}b`);
    await pipeline.end();
    assert.equal(loads(), 1);
  });
}

test("if the terminal cannot be loaded, control characters are left out", async () => {
  const { pipeline, text } = makePipeline(() => {
    throw new Error("offline");
  });
  pipeline.stdout("before\n\u001b[1;31mred\u001b[0m\r\n");
  await pipeline.flush();
  pipeline.stdout("\u001b[2Kafter\u0007\n");
  await pipeline.end();
  assert.equal(text(), "before\nred\nafter\n");
  assert.equal(pipeline.text, "before\nred\nafter\n");
});

test("when the terminal is full, a note says so, and nothing follows", async () => {
  const { pipeline, notes } = makePipeline();
  pipeline.stdout("\rtoo much");
  await pipeline.flush();
  pipeline.stdout("more");
  await pipeline.end();
  assert.deepEqual(notes, ["Output cut off here: it is more than this page can show."]);
  assert.deepEqual(FakeTerminal.written, [["stdout", "\rtoo much"]]);
});
