/** Limits for waits within a page, which would otherwise last until the runner ends the whole file. */
import type { Page } from "puppeteer-core";

const LIMIT_MS = 60_000;

/** Waits for a promise. If it takes longer than `limit` ms, fails with an error that says for what. */
export async function within<T>(promise: Promise<T>, what: string, limit = LIMIT_MS): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error(`waited ${String(limit / 1000)} s for ${what}`));
    timer = setTimeout(fail, limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for animation frames. A browser may stop them in a window that it considers hidden. */
export function frames(page: Page, count = 1): Promise<void> {
  const passed = page.evaluate(async (count) => {
    for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame);
  }, count);
  return within(passed, `${String(count)} animation frames`);
}
