/** The colour schemes in which tests look at pages. */
import assert from "node:assert/strict";
import type { Page } from "puppeteer-core";

export type Scheme = "light" | "dark";

/** Emulates the preferences of the reader's system, which the page follows immediately. */
export async function prefer(page: Page, scheme: Scheme): Promise<void> {
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
}

export async function expectPainted(page: Page, scheme: Scheme): Promise<void> {
  const name = scheme === "dark" ? "slate" : "default";
  await page
    .waitForFunction((name) => document.body.dataset["mdColorScheme"] === name, {}, name)
    .catch(() => assert.fail(`does not follow the system to ${scheme}`));
  // Colours are final only when all transitions have ended.
  await page.waitForFunction(() =>
    document.getAnimations().every((animation) => animation.playState !== "running"),
  );
}
