/** The exhibition's settings, its formula, and what is read from what the program prints. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { cap, inTurn, saturation, together } from "../../../guide/browser/chess/formula.ts";
import { at, Play } from "../../../guide/browser/chess/play.ts";
import { FIELDS, fitting, program, STORY } from "../../../guide/browser/chess/settings.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../../../snippets/chess/exhibition.${name}`, import.meta.url), "utf8");

describe("the program", () => {
  test("gets its constants, and nothing else of it changes", () => {
    const source = read("py");
    const made = program(source, { ...STORY, walk: 0.5 }, true);
    const changed = made.split("\n").filter((line, index) => line !== source.split("\n")[index]);
    assert.deepEqual(changed, [
      "BOARDS, MOVE_PAIRS, MASTERS = 24, 30, 1",
      "MASTER, OPPONENT, WALK = 5, 55, 0.5  # seconds",
      "GAME_AFTER_GAME = True",
    ]);
  });

  test("that has no such constants is refused", () => {
    assert.throws(() => program("BOARDS = 3\n", STORY, false), /does not set BOARDS, MOVE_PAIRS/);
  });

  test("prints no more than a page shows", () => {
    const most = (key: string) => FIELDS.find((field) => field.key === key)!.most;
    assert.ok(most("boards") * most("pairs") * 5 + 1 < 5000);
  });
});

test("fields take the nearest value that they can have", () => {
  const walk = FIELDS.find(({ key }) => key === "walk")!;
  assert.deepEqual(
    [0.7, -3, 99, NaN].map((value) => fitting(walk, value)),
    [0.5, 0, 30, undefined],
  );
});

test("the formula says what the notes say", () => {
  const seconds = (changed: object) => together({ ...STORY, ...changed });
  const exactly = (seconds: number) => ({ seconds, isBound: false });
  assert.deepEqual(seconds({}), exactly(3655));
  assert.equal(inTurn(STORY), 43200);
  assert.deepEqual([cap(STORY), saturation(STORY)], [12, 12]);
  assert.deepEqual(
    [1, 11, 12, 13].map((boards) => seconds({ boards })?.seconds),
    [1800, 1850, 1855, 2005],
  );
  assert.deepEqual(
    [1, 2, 5].map((walk) => seconds({ walk })?.seconds),
    [4375, 5095, 7255],
  );
  assert.deepEqual(
    [2, 3, 4, 12, 24].map((masters) => seconds({ masters })?.seconds),
    [1855, 1835, 1825, 1805, 1800],
  );
  assert.equal(seconds({ masters: 2, walk: 1 }), undefined);
  // Of 4 boards two of 3 masters have one game, the third has two.
  assert.equal(cap({ ...STORY, masters: 3 }), undefined);
  assert.equal(cap({ ...STORY, opponent: 0, walk: 30 }), 1);
});

describe("the play", () => {
  const play = new Play(
    [
      "0.00 s  board  1: master 1 walks here",
      "2.00 s  board  1: master 1 is here",
      "2.00 s  board  1: master 1 thinks",
      "7.00 s  board  1: master 1 moves",
      "7.00 s  board 12: master 1 walks here",
      "9.00 s  board 12: master 1 is here",
      "9.00 s  board 12: master 1 thinks",
      "10.00 s  board  1: the opponent replies",
      "14.00 s  board 12: master 1 moves",
      "20.00 s  board 12: the opponent replies",
      "20.00 s  all games over\n",
    ].join("\n"),
  );

  test("is what has been printed", () => {
    assert.equal(play.end, 20);
    const states = (board: number) =>
      play.boards.get(board)!.map(({ start, state, moves }) => [start, state, moves]);
    assert.deepEqual(states(12), [
      [0, "waiting", 0],
      [9, "played", 0],
      [14, "thinking", 1],
      [20, "over", 1],
    ]);
    const master = play.masters.get(1)!;
    assert.deepEqual(at(master, 8, 20), {
      span: { start: 7, state: "walking", board: 12, from: 1 },
      until: 9,
    });
    assert.deepEqual(at(master, 15, 20).span!.state, "gone");
    assert.deepEqual(at(play.boards.get(1)!, 9.99, 20), {
      span: { start: 7, state: "thinking", moves: 1 },
      until: 10,
    });
  });

  test("adds up what masters and boards have done", () => {
    assert.deepEqual(play.totals, { thinking: 10, walking: 4, waiting: 0, boards: 0 });
  });

  test("of the recording is complete", () => {
    const recorded = new Play(read("out"));
    assert.deepEqual([...recorded.boards.keys()], [1, 2, 3]);
    for (const spans of recorded.boards.values()) assert.equal(spans.at(-1)!.moves, 2);
  });

  test("is not made of a program's other words", () => {
    assert.throws(
      () => new Play("Traceback (most recent call last):\n"),
      /printed an unexpected line: “Traceback/,
    );
    assert.throws(() => new Play("0.00 s  board  1: master 1 walks here\n"), /did not finish/);
  });
});
