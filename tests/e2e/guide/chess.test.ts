/**
 * The chess exhibition in the chess tutorial: its program takes the times that a formula gives, and the
 * hall, a drawing with a time slider, shows a run of the program.
 */
// suite: light
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { ExhibitionRun } from "../../../guide/browser/chess/exhibition_run.ts";
import { boardToBoard, gameAfterGame } from "../../../guide/browser/chess/formula.ts";
import { STORY, withSettings, type Settings } from "../../../guide/browser/chess/settings.ts";
import { frames } from "../support/limits.ts";
import { chromiumTest, engines, testOfPage, useRunner } from "../support/runner.ts";
import { freshPage, usePage, useSite, visitAfresh, Widget } from "../support/site.ts";

const PATH = "/tutorials/chess-exhibition/";
const SOURCE = readFileSync(
  new URL("../../../snippets/chess/exhibition.py", import.meta.url),
  "utf8",
);
const PAGE = readFileSync(
  new URL("../../../docs/tutorials/chess-exhibition.md", import.meta.url),
  "utf8",
);

// What the program computes in virtual time does not depend on the browser.
describe("the program", () => {
  const shared = useRunner({ engine: "chromium" });

  /** Runs the program in virtual time: from board to board, or game after game. */
  const run = async (settings: Settings, isGameAfterGame: boolean): Promise<ExhibitionRun> => {
    const source = withSettings(SOURCE, settings, isGameAfterGame);
    const ran = await shared.runner.run({ source, filename: "exhibition.py", clockRate: 0 });
    assert.deepEqual(ran.outcome, { type: "finished", status: 0 }, ran.stderr);
    return new ExhibitionRun(ran.stdout);
  };

  test("the program takes the times in the table on the page", async () => {
    const rows = [...PAGE.matchAll(/<tr><td>(.*)<\/td><\/tr>/g)].map(([, cells]) =>
      cells!.split("</td><td>").map(Number.parseFloat),
    );
    assert.equal(rows.length, 6);
    for (const [boards, masters, walk, seconds, sequential, gain] of rows as number[][]) {
      const settings = { ...STORY, boards: boards!, masters: masters!, walk: walk! };
      const { end } = await run(settings, false);
      const { end: sequentialEnd } = await run(settings, true);
      assert.deepEqual([end, sequentialEnd], [seconds, sequential]);
      assert.equal((sequentialEnd / end).toFixed(2), gain!.toFixed(2));
    }
  });

  test("the program takes as long as the formula says, and with several masters at least as long", async () => {
    const variations: Partial<Settings>[] = [
      { boards: 1, walk: 3 },
      { boards: 5, walk: 0.5, master: 2.5 },
      { boards: 32, pairs: 30, walk: 1 },
      { boards: 7, opponent: 0 },
      { boards: 24, masters: 3 },
      { boards: 7, pairs: 4, masters: 2, opponent: 11 },
      { boards: 5, masters: 24 },
    ];
    for (const changed of variations) {
      const settings = { ...STORY, pairs: 6, ...changed };
      const name = JSON.stringify(settings);
      const { end, boards } = await run(settings, false);
      const expected = boardToBoard(settings)!;
      assert.ok(expected.isLowerBound ? end >= expected.seconds : end === expected.seconds, name);
      assert.equal((await run(settings, true)).end, gameAfterGame(settings), name);
      // At the end, each board has had all its moves.
      const moves = [...boards.values()].map((spans) => spans.at(-1)!.moves);
      assert.deepEqual(moves, Array<number>(settings.boards).fill(settings.pairs), name);
    }
  });
});

for (const engine of engines) {
  describe(`the hall, in ${engine}`, () => {
    const testInChromium = chromiumTest(engine);
    const pageTest = testOfPage(engine);
    const site = useSite(engine);
    const shared = usePage(() => freshPage(site.browser));
    let page: Page;
    /** Each test begins with the page in its initial state, but Python need not be fetched again. */
    beforeEach(async () => {
      page = shared.page;
      await page.setViewport({ width: 1280, height: 900 });
      await visitAfresh(page, site.url, PATH);
      await scrollToHall();
    });

    /** Scrolls to the exhibition, because it opens only when a reader comes near. */
    const scrollToHall = async (): Promise<void> => {
      await page.$eval("chess-exhibition", (hall) => hall.scrollIntoView());
      await page.waitForSelector(".chess-play");
    };

    /** Presses Play: the program runs with the numbers of the tutorial, and then its result is played. */
    const play = async (): Promise<void> => {
      await page.click(".chess-play");
      await until(".chess-status", /times faster/);
    };
    /** Plays the result and presses Pause, so that nothing on the page moves. */
    const playAndPause = async (): Promise<void> => {
      await play();
      await until(".chess-play", /Pause/);
      await page.$eval(".chess-play", (button) => (button as HTMLElement).click());
      await until(".chess-play", /Play/);
    };

    const text = (selector: string) => page.$eval(selector, (element) => element.textContent ?? "");
    const until = (selector: string, pattern: RegExp) =>
      page.waitForFunction(
        (selector, source) =>
          new RegExp(source).test(document.querySelector(selector)?.textContent ?? ""),
        { timeout: 60_000, polling: "mutation" },
        selector,
        pattern.source,
      );
    /** The cells of the table below the hall, by the name of their row. */
    const numbers = () =>
      page.$$eval(".chess-numbers tbody tr", (rows) =>
        Object.fromEntries(
          rows.map(({ cells }) => [
            cells[0]!.textContent,
            [...cells].slice(1).map((cell) => cell.textContent),
          ]),
        ),
      );
    /** Types a value into the field with this label, as a reader would. */
    const setField = async (label: string, value: string): Promise<void> => {
      await page.click(`.chess-exact[aria-label^="${label}"]`, { count: 3 });
      await page.keyboard.type(value);
      await page.keyboard.press("Tab");
    };

    pageTest("before the first run, the hall shows the results of the formula", async () => {
      assert.match(await text(".chess-status"), /^Press Play: the program below runs/);
      assert.deepEqual(await numbers(), {
        "From board to board": ["not run yet", "3,655\u00a0s (1\u00a0h 0\u00a0min 55\u00a0s)"],
        "Game after game": ["not run yet", "43,200\u00a0s (12\u00a0h)"],
        "Times faster": ["not run yet", "11.82, never more than 12"],
      });
      // This table is for readers without scripts.
      assert.equal(await page.$eval(".chess-static", (table) => table.checkVisibility()), false);
    });

    test("Play runs the program and plays its result; Pause stops the clock and describes the scene", async () => {
      await play();
      assert.equal(
        await text(".chess-status"),
        "From board to board 3,655\u00a0s (1\u00a0h 0\u00a0min 55\u00a0s), game after game 43,200\u00a0s (12\u00a0h): " +
          "11.82 times faster. The formula gives the same result.",
      );
      await until(".chess-clock", /^[1-9]\d*\s(s|min)/);
      assert.equal(await text(".chess-scene"), "Press Pause for a description in words.");
      await page.click(".chess-play");
      assert.equal(await text(".chess-play"), "Play");
      const stopped = await text(".chess-clock");
      assert.match(await text(".chess-scene"), /^After .* opponents \d+ think, \d+ wait, 0 have/);
      // If the clock were still running, it would advance in the next frame.
      await frames(page);
      assert.equal(await text(".chess-clock"), stopped);
      const rows = await numbers();
      assert.deepEqual(
        rows["From board to board"],
        Array(2).fill("3,655\u00a0s (1\u00a0h 0\u00a0min 55\u00a0s)"),
      );
      assert.deepEqual(rows["Game after game"], Array(2).fill("43,200\u00a0s (12\u00a0h)"));
      assert.deepEqual(rows["The master, from board to board"], [
        "thinks 3,600\u00a0s, walks 0\u00a0s, waits 0\u00a0s; the opponents wait 1,740\u00a0s each",
      ]);
    });

    test("the keyboard moves the time slider, and the hall shows that moment", async () => {
      await play();
      await page.focus(".chess-time");
      await page.keyboard.press("End");
      const valueText = () =>
        page.$eval(".chess-time", (slider) => slider.getAttribute("aria-valuetext"));
      assert.equal(
        await valueText(),
        "1\u00a0h 0\u00a0min 55\u00a0s: the master has made her last move; of 24 opponents 0 think, 0 wait, 24 have finished",
      );
      await page.keyboard.press("Home");
      assert.match(
        (await valueText())!,
        /^0\ss: the master thinks at board 1; of 24 opponents 0 think, 23/,
      );
      const scene = await text(".chess-scene");
      assert.match(scene, /^After 0\ss: the master thinks at board 1;/);
      const label = await page.$eval(".chess-hall", (hall) => hall.getAttribute("aria-label"));
      assert.match(label!, /^The hall: the master thinks at board 1;/);
    });

    testInChromium(
      "changing the opponents, the walk or the masters runs the program again",
      async () => {
        await play();
        await setField("Opponents", "12");
        await until(".chess-status", /^From board to board 1,855\ss/);
        assert.match(
          await text(".chess-status"),
          /11\.64 times faster\. The formula gives the same result\.$/,
        );
        assert.equal((await page.$$(".chess-table")).length, 12);
        // The diagram has a dot for each run that had the present settings, except perhaps for the number
        // of opponents: here the runs with 24 and with 12 opponents.
        assert.equal((await page.$$(".chess-dot")).length, 2);
        await setField("Opponents", "24");
        await setField("Walk to another table", "1");
        await until(".chess-status", /^From board to board 4,375\ss/);
        assert.equal((await page.$$(".chess-dot")).length, 1);
        await setField("Walk to another table", "0");
        await setField("Masters", "2");
        await until(".chess-status", /^From board to board 1,855\ss/);
        assert.equal(
          (await numbers())["From board to board"]![1],
          "at least 1,855\u00a0s (30\u00a0min 55\u00a0s)",
        );
        assert.equal((await page.$$(".chess-master")).length, 2);
      },
    );

    pageTest(
      "moving a slider runs the program again, and a field limits what is typed",
      async () => {
        await play();
        await page.focus(".chess-slider");
        await page.keyboard.press("ArrowLeft");
        await until(".chess-status", /^From board to board [\d,]+\ss .*: [\d.]+ times faster/);
        assert.equal(
          await page.$eval(".chess-exact", (field) => (field as HTMLInputElement).value),
          "23",
        );
        await setField("Opponents", "99");
        assert.equal(
          await page.$eval(".chess-exact", (field) => (field as HTMLInputElement).value),
          "32",
        );
        assert.equal((await page.$$(".chess-table")).length, 32);
      },
    );

    testInChromium(
      "if the games are played one after another, only one opponent thinks at a time",
      async () => {
        await playAndPause();
        await page.$eval("input[value=gameAfterGame]", (radio) => (radio as HTMLElement).click());
        await page.focus(".chess-time");
        await page.keyboard.press("Home");
        assert.match(await text(".chess-clock"), /^0\ss of 12\sh$/);
        await page.focus(".chess-time");
        await page.keyboard.press("PageUp"); // moves the slider by a large step
        assert.match(await text(".chess-scene"), /of 24 opponents [01] think, (2[0-4]|1\d) wait/);
      },
    );

    testInChromium(
      "a button runs the program with every number of opponents, and the results are dots on the curve",
      async () => {
        await playAndPause();
        await setField("Moves of each side", "3");
        // The pattern must not match the status of the previous run, which took 3,655 s.
        await until(".chess-status", /^From board to board (?!3,655).* times faster/);
        await page.$$eval(".chess-panel > .runnable-button", ([runAll]) =>
          (runAll as HTMLElement).click(),
        );
        await until(".chess-status", /^Ran with 1 to 32 opponents/);
        // The distance of each dot from the nearest point of the curve, in the units of the drawing.
        const distances = await page.$$eval(".chess-dot", (dots) => {
          const curve = document.querySelector(".chess-curve")!.getAttribute("d")!;
          const points = curve
            .slice(1)
            .split("L")
            .map((point) => point.split(" ").map(Number));
          return dots.map((dot) => {
            const [x, y] = [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))];
            return Math.min(...points.map(([px, py]) => Math.hypot(px! - x, py! - y)));
          });
        });
        assert.equal(distances.length, 32);
        assert.ok(Math.max(...distances) < 0.2, String(distances));
      },
    );

    pageTest("running another program stops the exhibition, and the status says so", async () => {
      await page.$$eval(".chess-panel > .runnable-button", ([runAll]) =>
        (runAll as HTMLElement).click(),
      );
      await until(".chess-status", /^Running the program with \d+ of 32/);
      await new Widget(page, "#chess-synchronous").run();
      assert.equal(await text(".chess-status"), "Stopped because you ran chess/synchronous.py.");
    });

    test("if the reader prefers reduced motion, nothing is animated, and the slider shows each moment", async () => {
      // Puppeteer cannot emulate this preference in Firefox.
      const { identifier } = await page.evaluateOnNewDocument(() => {
        // The query "all" always matches.
        const matchMedia = window.matchMedia.bind(window);
        window.matchMedia = (query) => matchMedia(query.includes("reduced-motion") ? "all" : query);
      });
      await page.reload();
      await scrollToHall();
      assert.equal(await text(".chess-play"), "Run");
      await page.click(".chess-play");
      await until(".chess-status", /times faster/);
      await frames(page);
      assert.equal(await text(".chess-clock"), "0\u00a0s of 1\u00a0h 0\u00a0min 55\u00a0s");
      await page.focus(".chess-time");
      await page.keyboard.press("PageUp");
      assert.doesNotMatch(await text(".chess-clock"), /^0\ss/);
      await page.removeScriptToEvaluateOnNewDocument(identifier);
    });

    test("the exhibition opens while it is still below the window, and what is in view does not move", async () => {
      // Leave the page, which has been scrolled to the exhibition, and open it at its top.
      await page.goto(`${site.url}/tutorials/first-overlap/`);
      await page.goto(site.url + PATH, { waitUntil: "networkidle0" });
      // In Firefox, the network can be idle before the page is there.
      await page.waitForSelector("chess-exhibition");
      assert.equal(await page.$(".chess-panel"), null);
      const top = (): Promise<number> =>
        page.$eval("h1", (title) => title.getBoundingClientRect().top);
      // Scroll until the exhibition begins 1.2 window heights below the lower edge of the window.
      await page.$eval("chess-exhibition", (hall) =>
        scrollBy({
          top: hall.getBoundingClientRect().top - 2.2 * innerHeight,
          behavior: "instant",
        }),
      );
      const before = await top();
      await page.waitForSelector(".chess-panel");
      assert.equal(await top(), before);
      const isBelow = await page.$eval(
        ".chess-panel",
        (panel) => panel.getBoundingClientRect().top > innerHeight,
      );
      assert.ok(isBelow);
    });

    pageTest("the hall fits a phone, and no other page loads its code", async () => {
      await page.setViewport({ width: 390, height: 844 });
      await page.waitForFunction(() =>
        // The drawing for narrow screens is 290 units wide.
        document.querySelector(".chess-hall")!.getAttribute("viewBox")!.startsWith("0 0 290"),
      );
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
        false,
      );
      /** How many files with the code of the hall the page has loaded. */
      const loaded = () =>
        page.evaluate(
          () =>
            performance
              .getEntriesByType("resource")
              .filter(({ name }) => /\/hall-\w+\.js$/.test(name)).length,
        );
      assert.equal(await loaded(), 1);
      await page.goto(`${site.url}/tutorials/first-overlap/`);
      await page.waitForSelector(".runnable-run");
      assert.equal(await loaded(), 0);
    });

    // Puppeteer cannot switch scripts off in Firefox.
    const skip = engine === "firefox";
    test("without scripts, the page has a table with the results", { skip }, async () => {
      const plain = await freshPage(site.browser);
      await plain.setJavaScriptEnabled(false);
      await plain.goto(site.url + PATH);
      const shown = await plain.$eval(
        "chess-exhibition",
        (hall) => (hall as HTMLElement).innerText,
      );
      assert.match(shown, /24\s+1\s+0 s\s+3655 s\s+43200 s\s+11\.82/);
      await plain.close();
    });
  });
}
