/** Without JavaScript, every page shows the source and the output of its snippets. */
// suite: light
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { freshPage, pagesWithSnippets, unfold, useSite } from "../support/site.ts";

const site = useSite();

/**
 * Returns the longest line of a recorded output, which is the least likely to be elsewhere on the page.
 * In the file, lines that were printed on stderr begin with "2> ".
 */
function longestLine(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/^2> /, "").trim())
    .reduce((longest, line) => (line.length > longest.length ? line : longest), "");
}

test("the source of each snippet, its recorded output and a link to its file are visible", async () => {
  let count = 0;
  // Without scripts, no page can leave anything behind that would affect the next one.
  const page = await freshPage(site.browser);
  await page.setJavaScriptEnabled(false);
  for (const path of await pagesWithSnippets()) {
    await page.goto(site.url + path);
    await unfold(page);
    assert.match(
      await page.$eval("article .without-scripts", (note) => (note as HTMLElement).innerText),
      /^JavaScript is switched off in your browser, so the buttons that the text mentions are missing: /,
    );
    // innerText leaves out what is not displayed, and what browsers lay out only near the viewport.
    await page.addStyleTag({ content: "* { content-visibility: visible !important; }" });
    const snippets = await page.$$eval("runnable-snippet", (elements) =>
      elements.map((element) => ({
        name: element.getAttribute("data-name")!,
        code: element.querySelector<HTMLElement>(".runnable-code")!.innerText,
        output: element.querySelector<HTMLElement>("[role=log]")!.innerText,
        link: element.querySelector<HTMLAnchorElement>("a.runnable-file")!.href,
        buttons: element.querySelectorAll("button").length,
        source: element.getAttribute("data-source")!,
      })),
    );
    for (const { name, code, output, link, buttons, source } of snippets) {
      assert.equal(link, `${site.url}/snippets/${name}.py`);
      assert.equal(await (await fetch(link)).text(), source, name);
      assert.equal(source, await readFile(`snippets/${name}.py`, "utf8"), name);
      assert.ok(code.trim().split("\n").length > 1, `${name}: code`);
      for (const line of code.split("\n").filter((line) => line.trim() !== "")) {
        assert.ok(source.includes(line.trimEnd()), `${name} shows ${line}`);
      }
      const recorded = `snippets/${name}.out`;
      assert.ok(existsSync(recorded), recorded);
      const text = (await readFile(recorded, "utf8")).trim();
      if (text !== "") assert.ok(output.includes(longestLine(text)), `${name}: output`);
      assert.equal(buttons, 0, "no button without JavaScript");
      count++;
    }
  }
  await page.browserContext().close();
  assert.ok(count >= 15, `only ${count} snippets`);
});
