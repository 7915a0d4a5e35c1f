/** What is wrong with a page for people who use it by keyboard, screen reader or weak eyes. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "puppeteer-core";

const AXE = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

export interface Look {
  /** A selector: only the parts of the page that match it are looked at. */
  parts?: string;
  /**
   * Only the rules about colour: enough for a page that was looked at in one scheme, and is now shown
   * in the other, because the scheme changes nothing but colours.
   */
  onlyColours?: boolean;
}

/** What axe finds in the page as it is now: for each violation the rule, the place, and how to fix it. */
export async function violations(
  page: Page,
  { parts, onlyColours = false }: Look = {},
): Promise<string[]> {
  const isThere = await page.evaluate(() => "axe" in globalThis);
  if (!isThere) await page.evaluate(AXE);
  const options: RunOptions = {
    rules: { "target-size": { enabled: true } },
    // Details of what is right, of thousands of elements, would take axe longer than the check itself.
    resultTypes: ["violations"],
    ...(onlyColours && { runOnly: ["color-contrast", "link-in-text-block"] }),
  };
  const results = await page.evaluate(
    async (parts, options) => {
      const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
      return (await axe.run(
        parts === undefined ? document : { include: [[parts]] },
        options,
      )) as AxeResults;
    },
    parts,
    options,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}
