/** Helpers for the caches in which the browser stores downloaded files. */
import type { Page } from "puppeteer-core";

/** A function of runtime/host/cache_names.ts, such as `runtimeCache`. */
type NameOf = (runtime: URL) => string;

/**
 * Returns the name of a cache that a page uses.
 *
 * @param nameOf - returns the name of the cache for the address of the runtime.
 * @param folder - the path of the runtime on the server of the page.
 */
export const cacheName = (page: Page, nameOf: NameOf, folder = "/runtime/"): string =>
  nameOf(new URL(folder, page.url()));

/** Deletes a cache if there is one, so that its files are downloaded again. */
export async function deleteCache(page: Page, nameOf: NameOf, folder?: string): Promise<void> {
  await page.evaluate((name) => caches.delete(name), cacheName(page, nameOf, folder));
}
