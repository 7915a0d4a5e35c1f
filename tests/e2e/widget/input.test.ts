/** Programs that read input: with `input()`, with `sys.stdin`, or with the debugger pdb. */
// suite: light
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Page } from "puppeteer-core";
import { engines, useRunner } from "../support/runner.ts";
import { freshPage, usePage, useSite, visitAfresh, Widget } from "../support/site.ts";

for (const engine of engines) {
  describe(`the runtime in ${engine}`, () => {
    const shared = useRunner({ engine });

    /** Runs a program with these lines of input. */
    const run = (source: string, answers: string[] = []) =>
      shared.runner.run({ source, filename: "demo.py" }, { answers });

    const programs: [name: string, source: string, answers: string[], stdout: string][] = [
      [
        "input() prints its prompt and returns the line that the reader has typed",
        "name = input('Name? ')\nprint(f'Hello {name!r}')",
        ["Ada ✓"],
        "Name? Hello 'Ada ✓'\n",
      ],
      [
        "sys.stdin asks for one line at a time in readline(), in a for loop and in read()",
        `
import sys
print(repr(sys.stdin.readline()), repr(sys.stdin.readline(2)), repr(sys.stdin.readline()))
for line in sys.stdin:
    print(repr(line))
    if line == "stop\\n": break
print(repr(sys.stdin.read()), repr(sys.stdin.buffer.name))`,
        ["one", "two", "three", "stop", "rest", "of it"],
        "'one\\n' 'tw' 'o\\n'\n'three\\n'\n'stop\\n'\n'rest\\nof it\\n' '<stdin>'\n",
      ],
      [
        "other threads, and an event loop in one of them, keep running while input() waits",
        `
import asyncio, threading
ticks = 0
async def tick():
    global ticks
    for ticks in range(1, 4): await asyncio.sleep(0.01)
done = threading.Event()
thread = threading.Thread(target=lambda: (asyncio.run(tick()), done.set()))
thread.start()
answers = []
asking = [threading.Thread(target=lambda: answers.append(input())) for _ in range(2)]
for t in asking: t.start()
done.wait()
for t in [thread, *asking]: t.join()
print(ticks, sorted(answers))`,
        ["a", "b"],
        "3 ['a', 'b']\n",
      ],
      [
        "asyncio.to_thread(input) lets other tasks of the event loop run",
        `
import asyncio
async def main():
    print(await asyncio.gather(asyncio.to_thread(input), asyncio.sleep(0.01, "slept")))
asyncio.run(main())`,
        ["typed"],
        "['typed', 'slept']\n",
      ],
    ];
    for (const [name, source, answers, stdout] of programs) {
      test(name, async () => {
        const result = await run(source, answers);
        assert.equal(result.stderr, "");
        assert.equal(result.stdout, stdout);
      });
    }

    /** Programs that start the debugger pdb, which reads its commands from standard input. */
    const debugged: [
      name: string,
      source: string,
      commands: string[],
      stdout: RegExp,
      stderr: RegExp,
    ][] = [
      [
        "breakpoint() reads commands, and steps through the program but not through the runtime",
        `
import time
def total(prices):
    result = 0
    for price in prices:
        result += price
        if price == 3:
            breakpoint()
    time.sleep(0)
    return result
print(total([1, 3]))`,
        ["p result", "w", "u", "d", "l", "n", "b 10", "s", "s", "s", "c"],
        /^> .*\(8\)total\(\)\n-> breakpoint\(\)\n\(Pdb\) 4\n\(Pdb\)   .*\(11\)<module>\(\)\n[^]*Breakpoint 1 at [^]*\(9\)total\(\)\n[^]*\(10\)total\(\)\n[^]*--Return--\n[^]*\(Pdb\) 4\n$/,
        /^$/,
      ],
      [
        "pdb works in a thread, in a task and after an exception",
        `
import asyncio, pdb, threading
def work():
    inner = "thread"
    breakpoint()
thread = threading.Thread(target=work)
thread.start()
thread.join()
async def job():
    inner = "task"
    breakpoint()
    await asyncio.sleep(0.01)
    inner = "awaited"
    return inner
asyncio.run(job())
try:
    1 / 0
except ZeroDivisionError as error:
    pdb.post_mortem(error)
print("end")`,
        ["p inner", "c", "p inner", "n", "n", "n", "p inner", "c", "p error", "w", "q"],
        /'thread'[^]*'task'[^]*'awaited'[^]*ZeroDivisionError\([^]*\(Pdb\) end\n$/,
        /^$/,
      ],
      [
        "the command q of pdb ends the program as on CPython",
        "import pdb\npdb.Pdb().set_trace()\nprint('never')",
        ["interact", "print(6 * 7)", "exit()", "q"],
        /42\n[^]*\(Pdb\) $/,
        /set_trace\(\)\n[^]*\nbdb\.BdbQuit\n$/,
      ],
    ];
    for (const [name, source, commands, stdout, stderr] of debugged) {
      for (const trace of [false, true]) {
        test(`${name}, ${trace ? "with" : "without"} a trace`, async () => {
          const program = { source, filename: "demo.py", trace };
          const result = await shared.runner.run(program, { answers: commands });
          assert.match(result.stderr, stderr);
          assert.match(result.stdout, stdout);
          assert.doesNotMatch(result.stdout, /browser_runtime|runnable_tracer/);
          assert.equal(result.outcome.type, "finished");
          // The next program finds no breakpoints or hooks of the debugger.
          const next = "import bdb, sys\nprint(sys.gettrace(), bdb.Breakpoint.bplist)";
          assert.equal((await run(next)).stdout, "None {}\n");
        });
      }
    }

    test("if no reader can answer, standard input behaves like an empty file", async () => {
      const { stderr, outcome } = await run("import sys\nprint(list(sys.stdin))\ninput('? ')");
      assert.match(stderr, /EOFError: EOF when reading a line\n$/);
      assert.deepEqual(outcome, { type: "finished", status: 1 });
    });
  });
}

describe("in a widget", () => {
  const site = useSite();
  const shared = usePage(() => freshPage(site.browser));
  let page: Page, widget: Widget;
  beforeEach(async () => {
    page = shared.page;
    widget = new Widget(page);
    await visitAfresh(page, site.url, "/tutorials/first-overlap/");
  });

  const field = () => page.waitForSelector(`${widget.selector} [role=log] input`);
  const fieldLabel = async () =>
    (await field())!.evaluate((input) => input.getAttribute("aria-label") ?? "");

  test("a labelled field takes the focus, Enter and Send submit it, and the answer is echoed", async () => {
    await widget.write("a = input('Name? ')\nprint('Hello', a)\nb = input()\nprint(b)\n");
    await widget.press("Run");
    assert.equal(await fieldLabel(), "Name?");
    await page.waitForFunction(() => document.activeElement?.matches("[role=log] input"));
    await page.keyboard.type("Ada");
    await page.keyboard.press("Enter");
    await widget.until(/Hello Ada/);
    assert.equal(await fieldLabel(), "Input");
    await page.waitForFunction(() => document.activeElement?.matches("[role=log] input"));
    await page.keyboard.type("<b>");
    await widget.press("Send");
    assert.equal((await widget.finished()).text, "Name? Ada\nHello Ada\n<b>\n<b>\n");
    assert.equal(await page.$(`${widget.selector} [role=log] input`), null);
  });

  test("the field does not take the focus away from another element", async () => {
    await widget.write("import time\nprint('soon')\ntime.sleep(0.3)\ninput('Now? ')\n");
    await widget.press("Run");
    await widget.until(/soon/);
    await page.focus(".md-search__input");
    await field();
    assert.ok(await page.evaluate(() => document.activeElement?.matches(".md-search__input")));
  });

  test("Ctrl+D ends the input, and so does the button End of input", async () => {
    await widget.write("input('More? ')\n");
    for (const way of ["Ctrl+D", "End of input"]) {
      await widget.press("Run");
      await field();
      if (way === "Ctrl+D") {
        await page.keyboard.down("Control");
        await page.keyboard.press("d");
        await page.keyboard.up("Control");
      } else await widget.press(way);
      assert.match((await widget.finished()).stderr, /EOFError: EOF when reading a line/);
    }
  });

  test("Stop raises KeyboardInterrupt where the program waits", async () => {
    await widget.write("try:\n    input('Name? ')\nfinally:\n    print('bye')\n");
    await widget.press("Run");
    await field();
    await widget.press("Stop");
    const { text, stderr, notes } = await widget.finished();
    assert.match(text, /^Name\? bye\n/);
    assert.match(stderr, /line 2, in <module>[^]*\nKeyboardInterrupt\n$/);
    assert.deepEqual(notes, ["Stopped."]);
  });

  test("what other threads print while input() waits appears before the field", async () => {
    await widget.write(
      "import threading\nthreading.Timer(0.2, print, ['tick']).start()\ninput('Name? ')\n",
    );
    await widget.press("Run");
    const answer = await field();
    await widget.until(/tick/);
    // The field and its button "End of input" are at the end of the output.
    const isLast = await answer!.evaluate(
      (input) => !input.closest("pre")!.textContent!.split("End of input")[1],
    );
    assert.ok(isLast);
    await page.keyboard.press("Enter");
    assert.equal((await widget.finished()).text, "Name? tick\n\n");
  });
});
