/** Helpers for the caches in which the browser stores downloaded files. */
import type { Page } from "puppeteer-core";

/** One of the functions of runtime/host/cache_names.ts. */
type NameOf = (runtime: URL) => string;

/**
 * Returns the name of a cache that a page uses.
 *
 * @param folder - where the server of the page has the runtime.
 */
export const cacheName = (page: Page, nameOf: NameOf, folder = "/runtime/"): string =>
  nameOf(new URL(folder, page.url()));

/** Deletes a cache if there is one, so that its files are downloaded again. */
export async function deleteCache(page: Page, nameOf: NameOf, folder?: string): Promise<void> {
  await page.evaluate((name) => caches.delete(name), cacheName(page, nameOf, folder));
}
