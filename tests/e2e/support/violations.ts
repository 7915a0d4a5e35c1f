/** Finds accessibility violations in a page with axe-core. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "puppeteer-core";

const AXE = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What a check covers. */
export interface Scope {
  /** A selector: only parts of the page that match it are checked. */
  parts?: string;
  /**
   * Checks only the rules about colour. These suffice for a page that was checked in one scheme and is
   * now shown in the other, because the scheme changes nothing but colours.
   */
  onlyColours?: boolean;
}

/** Returns the violations in the page's current state, each with its rule, its element and a remedy. */
export async function violations(
  page: Page,
  { parts, onlyColours = false }: Scope = {},
): Promise<string[]> {
  const isLoaded = await page.evaluate(() => "axe" in globalThis);
  if (!isLoaded) await page.evaluate(AXE);
  const options: RunOptions = {
    // axe has this rule, a minimum size of buttons and links, but does not use it by default.
    rules: { "target-size": { enabled: true } },
    // Reporting the thousands of elements that pass would take axe longer than the check itself.
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
