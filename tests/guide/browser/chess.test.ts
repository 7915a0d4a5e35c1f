/**
 * Tests of the chess exhibition without a browser: its settings, its formulas, and what it reads
 * from the output of its program. Masters walk from board to board while each opponent thinks.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ExhibitionRun, spanAt } from "../../../guide/browser/chess/exhibition_run.ts";
import {
  boardToBoard,
  gameAfterGame,
  saturation,
  speedupLimit,
} from "../../../guide/browser/chess/formula.ts";
import {
  FIELDS,
  nearestValid,
  STORY,
  withSettings,
} from "../../../guide/browser/chess/settings.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../../../snippets/chess/exhibition.${name}`, import.meta.url), "utf8");

describe("the program", () => {
  test("gets the settings as the values of its constants, and is otherwise unchanged", () => {
    const source = read("py");
    const changed = withSettings(source, { ...STORY, walk: 0.5 }, true);
    const lines = source.split("\n");
    const changedLines = changed.split("\n").filter((line, index) => line !== lines[index]);
    assert.deepEqual(changedLines, [
      "BOARDS, MOVE_PAIRS, MASTERS = 24, 30, 1",
      "MASTER, OPPONENT, WALK = 5, 55, 0.5  # seconds",
      "GAME_AFTER_GAME = True",
    ]);
  });

  test("is refused if it does not define the constants for the settings", () => {
    assert.throws(
      () => withSettings("BOARDS = 3\n", STORY, false),
      /does not set BOARDS, MOVE_PAIRS/,
    );
  });

  test("prints no more lines than a page shows, even with the largest settings", () => {
    const max = (key: string) => FIELDS.find((field) => field.key === key)!.max;
    // Each pair of moves prints five lines, and the program prints one more line at its end. A page
    // shows 5,000 lines of output.
    assert.ok(max("boards") * max("pairs") * 5 + 1 < 5000);
  });
});

test("an invalid value of a field becomes the nearest valid value", () => {
  const walk = FIELDS.find(({ key }) => key === "walk")!;
  assert.deepEqual(
    [0.7, -3, 99, NaN].map((value) => nearestValid(walk, value)),
    [0.5, 0, 30, undefined],
  );
});

test("the formulas give the numbers of the tutorial", () => {
  // STORY has the settings of the tutorial: 30 pairs of moves on each of 24 boards, and one master, who
  // thinks for 5 s per move and walks in no time. Opponents think for 55 s.
  const seconds = (changed: object) => boardToBoard({ ...STORY, ...changed });
  const exactly = (seconds: number) => ({ seconds, isLowerBound: false });
  assert.deepEqual(seconds({}), exactly(3655));
  assert.equal(gameAfterGame(STORY), 43200);
  assert.deepEqual([speedupLimit(STORY), saturation(STORY)], [12, 12]);
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
  // If several masters walk, the duration depends on who walks where, so there is no formula for it.
  assert.equal(seconds({ masters: 2, walk: 1 }), undefined);
  // Several masters may share the boards unevenly, so the formula gives no limit for them.
  assert.equal(speedupLimit({ ...STORY, masters: 3 }), undefined);
  assert.equal(speedupLimit({ ...STORY, opponent: 0, walk: 30 }), 1);
});

describe("the output of a run", () => {
  const run = new ExhibitionRun(
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

  test("is turned into the states of boards and masters over time", () => {
    assert.equal(run.end, 20);
    const states = (board: number) =>
      run.boards.get(board)!.map(({ start, state, moves }) => [start, state, moves]);
    assert.deepEqual(states(12), [
      [0, "waiting", 0],
      [9, "played", 0],
      [14, "thinking", 1],
      [20, "over", 1],
    ]);
    const master = run.masters.get(1)!;
    assert.deepEqual(spanAt(master, 8, 20), {
      span: { start: 7, state: "walking", board: 12, from: 1 },
      until: 9,
    });
    assert.deepEqual(spanAt(master, 15, 20).span!.state, "gone");
    assert.deepEqual(spanAt(run.boards.get(1)!, 9.99, 20), {
      span: { start: 7, state: "thinking", moves: 1 },
      until: 10,
    });
  });

  test("gives the total times for which masters thought, walked and waited", () => {
    assert.deepEqual(run.totals, { thinking: 10, walking: 4, waiting: 0, opponentsWaiting: 0 });
  });

  test("can also be read from the recording, which has three boards and two moves on each", () => {
    const recorded = new ExhibitionRun(read("out"));
    assert.deepEqual([...recorded.boards.keys()], [1, 2, 3]);
    for (const spans of recorded.boards.values()) assert.equal(spans.at(-1)!.moves, 2);
  });

  test("is refused if it contains an unexpected line or ends before all games are over", () => {
    assert.throws(
      () => new ExhibitionRun("Traceback (most recent call last):\n"),
      /printed an unexpected line: “Traceback/,
    );
    assert.throws(
      () => new ExhibitionRun("0.00 s  board  1: master 1 walks here\n"),
      /did not finish/,
    );
  });
});
