/** Questions above a snippet: readers predict what happens, and a run shows the right answer. */
// suite: light
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { matchingAnswers, type Answer } from "../../../runtime/page/question/answers.ts";
import { chromiumTest, engines, testOfPage } from "../support/runner.ts";
import {
  freshPage,
  launch,
  serveSite,
  siteDirectory,
  untilText,
  usePage,
  visitAfresh,
  Widget,
  type Site,
} from "../support/site.ts";
import { violations } from "../support/violations.ts";

const PAGE = "/reference/misconceptions/";
/** The id of the snippet below a question about Ada and Ben. The second of the three answers is right. */
const READERS = "switching-predict";
/** The id of the snippet below another question, to which the first answer is right. */
const ONE_AND_TEN = "myths-one-and-ten";

/** One `<predict-question>` with its snippet, as a reader uses them. */
class PredictQuestion {
  readonly page: Page;
  readonly widget: Widget;
  readonly selector: string;

  constructor(page: Page, snippet: string) {
    this.page = page;
    this.widget = new Widget(page, `#${snippet}`);
    this.selector = `predict-question[data-for="${snippet}"]`;
  }

  /** Waits until the question can be answered. */
  ready(): Promise<unknown> {
    return this.page.waitForSelector(`${this.selector} .predict-bar`);
  }

  /** Chooses an answer; answers are counted from 1. */
  async choose(answer: number): Promise<void> {
    await this.page.click(`${this.selector} li:nth-child(${String(answer)}) input`);
  }

  async press(name: string): Promise<void> {
    await new Widget(this.page, this.selector).press(name);
  }

  /** The verdict beside each answer, empty if there is none. */
  marks(): Promise<string[]> {
    return this.page.$$eval(`${this.selector} .predict-mark`, (all) =>
      all.map((mark) => mark.textContent),
    );
  }

  untilStatus(pattern: RegExp): Promise<void> {
    return untilText(this.page, `${this.selector} [role=status]`, pattern);
  }

  /** Whether the output is visible, recorded or from the reader's own run. */
  isOutputVisible(): Promise<boolean> {
    return this.page.$eval(`${this.widget.selector} [role=log]`, (log) => log.checkVisibility());
  }

  /** The index of the chosen answer, counted from 0; -1 if none is chosen. */
  chosenIndex(): Promise<number> {
    return this.page.$$eval(`${this.selector} input`, (all) =>
      all.findIndex((input) => input.checked),
    );
  }
}

/** The text of the element that has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
}

/** Presses Tab until the element with this text has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; (await focused(page)) !== text; presses++) {
    assert.ok(presses < 5, `5 presses of Tab have not reached ${text}`);
    await page.keyboard.press("Tab");
  }
}

let site: Site;
before(async () => void (site = await serveSite()));
after(() => site?.close());

for (const engine of engines) {
  describe(engine, () => {
    const testInChromium = chromiumTest(engine);
    const pageTest = testOfPage(engine);
    let browser: Browser;
    let page: Page;
    let readers: PredictQuestion;
    before(async () => {
      browser = await launch(engine, {
        args: ["--force-prefers-reduced-motion"],
        extraPrefsFirefox: { "ui.prefersReducedMotion": 1 },
      });
    });
    after(() => browser?.close());
    const shared = usePage(() => freshPage(browser));
    beforeEach(async () => {
      page = shared.page;
      await page.setViewport({ width: 1280, height: 900 });
      await visitAfresh(page, site.url, PAGE);
      readers = new PredictQuestion(page, READERS);
      await readers.ready();
    });

    pageTest(
      "after a run, the reader's wrong answer and the answer that the run matches are marked",
      async () => {
        await readers.choose(1);
        await readers.untilStatus(/^Now run it and see\.$/);
        await readers.press("Run it");
        const output = await page.$(`#${READERS} [role=log]`);
        await page.waitForFunction(
          (log) => log!.checkVisibility(),
          { polling: "mutation" },
          output,
        );
        assert.equal(
          await output!.isIntersectingViewport(),
          true,
          "the output is unfolded and in view",
        );
        await readers.untilStatus(/^You chose 1, but the run matches answer 2\.$/);
        const marks = ["✗ Your answer", "➜ This is what happened", ""];
        assert.deepEqual(await readers.marks(), marks);
        const result = await page.$eval(
          `.predict-program:has(#${READERS}) > p`,
          (p) => p.innerText,
        );
        assert.equal(result, "You chose 1, but the run matches answer 2.");
        // At least one of the two texts with the result is in view.
        const places = [
          `${readers.selector} [role=status]`,
          `.predict-program:has(#${READERS}) > p`,
        ];
        await page.waitForFunction(
          (places) =>
            places.some((place) => {
              const { top, bottom } = document.querySelector(place)!.getBoundingClientRect();
              return top >= 0 && bottom <= innerHeight;
            }),
          { polling: "raf" },
          places,
        );
        await page.evaluate(() => scrollTo(0, 0));
        // A run changes only these parts of the page. axe.test.ts checks the page before a run.
        const parts = `${readers.selector}, .predict-program:has(#${READERS})`;
        assert.deepEqual(await violations(page, { parts }), []);
        await readers.choose(2);
        await readers.untilStatus(/^Now run it and see\.$/);
        assert.deepEqual(await readers.marks(), ["", "", ""]);
      },
    );

    test("the result of a run stays in view when the page scrolls, until the reader presses a key", async () => {
      await readers.choose(2);
      await readers.press("Run it");
      await readers.untilStatus(/^You were right: /);
      const isInView = (): Promise<boolean> =>
        page.$eval(`#${READERS}`, (snippet) => {
          snippet.scrollIntoView({ block: "start" });
          const result = snippet.parentElement!.querySelector(".predict-result")!;
          const { top, bottom } = result.getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        });
      await page.setViewport({ width: 1000, height: 400 });
      assert.equal(await isInView(), true);
      await page.keyboard.press("Shift");
      assert.equal(await isInView(), false, "the result is back in its place below the output");
      await page.setViewport({ width: 1280, height: 900 });
    });

    testInChromium(
      "a program that the reader has changed can match another answer, or none",
      async () => {
        await readers.choose(2);
        await readers.press("Run it");
        await readers.untilStatus(/^You were right: /);
        await readers.widget.write("print('Ada has Lima')\nprint('Ben asks for Cairo')\n");
        await readers.widget.run();
        await readers.untilStatus(/^You chose 2, but the run matches answer 3\.$/);
        await readers.widget.write("print('closed today')\n");
        await readers.widget.run();
        await readers.untilStatus(/^This run matches none of the answers\.$/);
        assert.deepEqual(await readers.marks(), ["", "", ""]);
        await readers.widget.write("print('Ada has Lima\\nBen')\nwhile True: pass\n");
        await readers.widget.press("Run");
        await readers.widget.until(/Ben/);
        await readers.widget.press("Stop");
        await readers.untilStatus(/^This run matches none of the answers: it was stopped\.$/);
        await readers.widget.press("Reset");
        assert.equal(await readers.isOutputVisible(), true, "the recording is no longer hidden");
      },
    );

    testInChromium(
      "if the reader has chosen no answer, a run still marks the answer that it matches",
      async () => {
        await readers.choose(1);
        await readers.press("Run it");
        await readers.untilStatus(/^You chose 1, but the run matches answer 2\.$/);
        await readers.press("Ask me again");
        assert.equal(await readers.chosenIndex(), -1);
        await readers.untilStatus(/^Choose an answer before you run it\.$/);
        await readers.widget.run();
        await readers.untilStatus(/^The run matches answer 2\.$/);
        assert.deepEqual(await readers.marks(), ["", "➜ This is what happened", ""]);
      },
    );

    test("a reader can answer and run by keyboard, and a run does not move the focus", async () => {
      const question = new PredictQuestion(page, ONE_AND_TEN);
      await question.ready();
      await page.focus(`${question.selector} input`);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowUp");
      assert.equal(await question.chosenIndex(), 0);
      await tabTo(page, "Run it");
      await page.keyboard.press("Enter");
      await question.untilStatus(/^You were right: the run matches answer 1\.$/);
      assert.equal((await question.marks())[0], "✓ Right: this is what happened");
      assert.equal(await focused(page), "Run it");
      await tabTo(page, "Ask me again");
      await page.keyboard.press("Enter");
      const isFirst = await page.$eval(`${question.selector} input`, (input) =>
        input.matches(":focus"),
      );
      assert.equal(isFirst, true);
    });

    pageTest(
      "the recorded output is hidden until the reader shows it, and showing it counts as a run",
      async () => {
        const question = new PredictQuestion(page, "gil-let-in--jobs");
        await question.ready();
        const open = `details:has(#gil-let-in--jobs)`;
        await page.$eval(open, (details) => (details.open = true));
        assert.equal(await question.isOutputVisible(), false);
        await question.choose(3);
        await new Widget(page, `${open} .predict-result`).press("Show it");
        assert.equal(await question.isOutputVisible(), true);
        await question.untilStatus(/^You were right: the run matches answer 3\.$/);
      },
    );

    pageTest(
      "if a program does not run in the browser, its recording decides which answer is right",
      async () => {
        const question = new PredictQuestion(page, "myths-finish-together");
        // Marks the program as one that does not run in the browser (native), and removes the question and
        // inserts it again, as if the program had been marked from the start.
        await page.$eval(question.selector, async (question) => {
          const [parent, after] = [question.parentNode!, question.nextSibling];
          document.getElementById(question.getAttribute("data-for")!)!.dataset["native"] = "";
          question.remove();
          await new Promise((resolve) => setTimeout(resolve));
          parent.insertBefore(question, after);
        });
        await question.ready();
        assert.equal((await page.$$(`${question.selector} input`)).length, 3);
        await question.choose(1);
        await question.untilStatus(/^Now look and see\.$/);
        await question.press("Show its output");
        await question.untilStatus(/^You chose 1, but the run matches answer 2\.$/);
        assert.equal(await question.isOutputVisible(), true);
      },
    );
  });
}

test("without JavaScript there is a list of answers, and the recording says which one is right", async (context) => {
  const browser = await launch();
  context.after(() => browser.close());
  const plain = await freshPage(browser);
  await plain.setJavaScriptEnabled(false);
  await plain.goto(site.url + PAGE);
  assert.equal(await plain.$("predict-question :is(input, button)"), null);
  const [list, items] = await plain.$eval(`predict-question[data-for="${READERS}"]`, (element) => [
    element.querySelector("ol")!.innerText,
    element.querySelectorAll("li").length,
  ]);
  assert.equal(items, 3);
  assert.match(list as string, /at Ada.s first await/);
  const shown = await plain.$eval(`details:has(#${READERS})`, (details) => {
    details.open = true;
    return details.innerText;
  });
  assert.match(shown, /Recorded on[\s\S]*Ada asks for Lima\nBen[\s\S]*The run matches answer 2/);
});

/** The characters that the HTML of a page escapes, by the names of their entities. */
const UNESCAPED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** Returns the value of an attribute in the HTML of a tag. */
function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  return value?.replace(/&(amp|lt|gt|quot);/g, (_, entity: string) => UNESCAPED[entity]!);
}

test("the code in the browser finds that each recording matches the same answer as the build has found", async () => {
  let count = 0;
  for await (const file of glob("**/index.html", { cwd: siteDirectory })) {
    const html = await readFile(join(siteDirectory, file), "utf8");
    for (const [, tag = "", inner = ""] of html.matchAll(
      /(<predict-question [^>]*>)([\s\S]*?)<\/predict-question>/g,
    )) {
      const id = attribute(tag, "data-for")!;
      const [snippet = ""] = new RegExp(`<runnable-snippet id="${id}"[^>]*>`).exec(html) ?? [];
      const name = attribute(snippet, "data-name")!;
      const recorded = await readFile(`snippets/${name}.out`, "utf8");
      const answers = [...inner.matchAll(/<li [^>]*>/g)].map(([li]): Answer => {
        const [below, above] = [attribute(li, "data-below"), attribute(li, "data-above")];
        return {
          when: attribute(li, "data-when")!,
          ...(below === undefined ? {} : { below: Number(below) }),
          ...(above === undefined ? {} : { above: Number(above) }),
        };
      });
      // A recording marks lines of stderr with "2> ", and ends with the exit status if it is not 0.
      const text = recorded.replace(/^2> /gm, "").replace(/\[exit status \d+\]\n$/, "");
      assert.deepEqual(
        matchingAnswers(answers, text),
        [Number(attribute(tag, "data-recorded"))],
        name,
      );
      count++;
    }
  }
  assert.ok(count >= 12, `only ${String(count)} questions`);
});
