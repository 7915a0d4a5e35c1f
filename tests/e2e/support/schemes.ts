/** The colour schemes in which tests look at pages. */
import assert from "node:assert/strict";
import type { Page } from "puppeteer-core";

export type Scheme = "light" | "dark";

/** Emulates a system that prefers a colour scheme and reduced motion. The page follows it. */
export async function prefer(page: Page, scheme: Scheme): Promise<void> {
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
}

/** Waits until the page is drawn in the colours of a scheme; fails if it is not. */
export async function expectPainted(page: Page, scheme: Scheme): Promise<void> {
  // What Material for MkDocs calls the two schemes.
  const name = scheme === "dark" ? "slate" : "default";
  await page
    .waitForFunction((name) => document.body.dataset["mdColorScheme"] === name, {}, name)
    .catch(() => assert.fail(`does not follow the system to ${scheme}`));
  // Colours are final only when all transitions have ended.
  await page.waitForFunction(() =>
    document.getAnimations().every((animation) => animation.playState !== "running"),
  );
}
