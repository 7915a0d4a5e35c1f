/** What is wrong with a page for people who use it by keyboard, screen reader or weak eyes. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import type { Page } from "puppeteer-core";

const AXE = await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/**
 * What axe finds in the page as it is now, or in the parts of it that match a selector: the rule, the
 * place, and how to fix it.
 */
export async function violations(page: Page, parts?: string): Promise<string[]> {
  await page.evaluate(AXE);
  const results = await page.evaluate(async (parts) => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    return (await axe.run(parts === undefined ? document : { include: [[parts]] }, {
      rules: { "target-size": { enabled: true } },
    })) as AxeResults;
  }, parts);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}
