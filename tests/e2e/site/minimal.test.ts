/**
 * The small project `examples/minimal`, built with the engine's wheel as another project would build it:
 * its program runs, with and without a recording, and the project can declare libraries.
 */
// suite: takes 80 s
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { engines } from "../support/runner.ts";
import { freshPage, launch, serveSite, untilText, Widget, type Site } from "../support/site.ts";

const root = join(import.meta.dirname, "../../..");
/** The folder of the three sites that tests/e2e/support/example.py builds. */
const folder = join(root, "build/minimal");
/** What the program of the example prints. */
const OUTPUT = "Cairo has answered\nOslo has answered\nThe answers are from Oslo and Cairo.\n";

before(async () => {
  const command = ["-m", "tests.e2e.support.example", folder];
  await promisify(execFile)(join(root, ".venv/bin/python"), command, { cwd: root });
});

for (const engine of engines) {
  describe(engine, () => {
    let browser: Awaited<ReturnType<typeof launch>>;
    const sites: Record<string, Site> = {};
    before(async () => {
      browser = await launch(engine);
      for (const name of ["recorded", "unrecorded", "shared"]) {
        sites[name] = await serveSite(join(folder, name));
      }
    });
    after(async () => {
      await browser.close();
      await Promise.all(Object.values(sites).map((site) => site.close()));
    });

    test("the recorded program is shown with its output and timeline, and runs", async () => {
      const page = await freshPage(browser);
      const errors: string[] = [];
      // In Firefox, this event also reports what the content security policy of the sandbox frame
      // refuses.
      page.on("pageerror", (error) => void errors.push(String(error)));
      await page.goto(`${sites["recorded"]!.url}/`);
      const widget = new Widget(page);
      await widget.button("Run");
      const recorded = await widget.shown();
      assert.match(recorded.origin, /^Recorded on CPython/);
      assert.equal(recorded.text, OUTPUT);
      assert.equal((await widget.run()).text, OUTPUT);
      await untilText(page, `${widget.selector} figcaption`, /of this run, in your browser/);
      // Without a playground there is no page that a shared link could lead to.
      const buttons = await page.$$eval(`${widget.selector} button`, (all) =>
        all.map((button) => button.textContent?.trim()),
      );
      assert.ok(!buttons.includes("Share"), buttons.join());
      assert.deepEqual(errors, []);
    });

    test("a program without a recording is shown with a note about this, and runs", async () => {
      const page = await freshPage(browser);
      await page.goto(`${sites["unrecorded"]!.url}/`);
      const widget = new Widget(page);
      await widget.button("Run");
      assert.match((await widget.shown()).origin, /^Not recorded yet/);
      assert.equal((await widget.run()).text, OUTPUT);
    });

    test("a program without a header gets those libraries of the project that it imports", async () => {
      const page = await freshPage(browser);
      // The names of the libraries that are downloaded.
      const libraries: string[] = [];
      page.on("request", (request) => {
        const [, name] = /\/runtime\/([a-z]+)-[^/]+\.zip-/.exec(request.url()) ?? [];
        if (name !== undefined) libraries.push(name);
      });
      const { url } = sites["shared"]!;
      await page.goto(`${url}/`);
      assert.equal((await new Widget(page).run()).text, OUTPUT);
      assert.equal(libraries.join(), "");
      await page.goto(`${url}/hello/`);
      // The output may also contain a warning of Starlette about its client.
      assert.match((await new Widget(page).run()).text, /^\{'message': 'Hello'\}\n$/m);
      assert.ok(libraries.includes("fastapi") && libraries.includes("httpx"), libraries.join());
    });

    test("in the playground, programs can import the libraries of the project, and an error names a library that browsers lack", async () => {
      const page = await freshPage(browser);
      await page.goto(`${sites["shared"]!.url}/playground/`);
      const widget = new Widget(page, "runnable-playground");
      await widget.write("import httpx\nprint(httpx.codes.OK.value)\n");
      assert.equal((await widget.run()).text, "200\n");
      await widget.write("import numpy\n");
      await widget.press("Run");
      const { notes, stderr, text } = await widget.until(/mkdocs\.yml/);
      assert.match(
        [...notes, stderr, text].join(" "),
        /The option dependencies in mkdocs\.yml declares numpy, but only anyio, fastapi, .* are available in the browser\./,
      );
    });
  });
}

test("the site contains the licences of the code that it publishes", async () => {
  const licenses = await readFile(join(folder, "recorded/runtime/licenses.txt"), "utf8");
  for (const name of ["Pyodide", "CPython", "CodeMirror", "pydantic"]) {
    assert.match(licenses, new RegExp(name, "i"));
  }
});
