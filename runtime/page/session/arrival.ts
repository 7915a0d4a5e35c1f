/**
 * Postpones what only the reader's actions need until there is a sign of a reader, and finds the folder of
 * the runtime.
 */
import { runtimeCache } from "../../host/cache_names.ts";
import { savesData } from "../../host/data_saving.ts";

/** Events that show that a reader is there. Some readers only have a keyboard, or only touch the screen. */
const SIGNS = ["pointermove", "pointerdown", "keydown", "focusin", "wheel", "scroll"];

/** The delay before the page looks for earlier runs in browsers without `requestIdleCallback`. */
const IDLE_DELAY_MS = 500;

/** Whether there has been a sign of a reader, or of earlier runs, since the tab last loaded a whole page. */
let hasArrived = false;
/** What to do at the first sign; undefined if the page does not wait for a sign yet. */
let waiting: Set<() => void> | undefined;

/**
 * Calls `act` at the first sign of a reader on any page of this tab, or immediately if there has been one
 * since the tab last loaded a whole page, which instant navigation does not do.
 * Readers who have run programs on this site before count as present, so that their next run can be
 * prepared, unless their browser is set to save data.
 *
 * @param runtime - The folder of the runtime.
 * @param signal - Ends the waiting when it is aborted.
 * @param act - Loads what the reader's actions will need.
 */
export function whenReaderArrives(runtime: URL, signal: AbortSignal, act: () => void): void {
  if (hasArrived) {
    act();
    return;
  }
  waiting ??= waitForReader(runtime);
  waiting.add(act);
  signal.addEventListener("abort", () => waiting?.delete(act));
}

function waitForReader(runtime: URL): Set<() => void> {
  const acts = new Set<() => void>();
  const end = new AbortController();
  const arrive = (): void => {
    if (hasArrived) return;
    hasArrived = true;
    end.abort();
    for (const act of acts) act();
  };
  // Events are captured, because other code may stop them, and because boxes in the page may scroll.
  const options = { passive: true, capture: true, signal: end.signal };
  for (const type of SIGNS) window.addEventListener(type, arrive, options);
  const look = async (): Promise<void> => {
    // Earlier runs have saved the runtime in a cache, unless the browser has no caches or forbids their
    // use.
    if (await globalThis.caches?.has(runtimeCache(runtime)).catch(() => false)) arrive();
  };
  if (!savesData()) {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => void look());
    else setTimeout(() => void look(), IDLE_DELAY_MS);
  }
  return acts;
}

/** Returns the address of the folder of the runtime, from the attributes of an element of the site. */
export function runtimeFolder({ runtime }: { runtime?: string } | DOMStringMap): URL {
  return new URL(runtime ?? "runtime/", document.baseURI);
}
