/**
 * Remembers runs that ended because the reader left their page, so that the page can say so when the
 * reader returns.
 */
import type { Draft } from "./draft.ts";
import { fingerprint } from "./edit_store.ts";
import { readPlaces, widgetPlace, writePlaces } from "./interrupted_places.ts";

/**
 * Returns the place of a widget, which distinguishes it from the widgets of other pages and of other
 * programs, but not from the same widget on a later visit. Call it while the widget's page is shown.
 *
 * @param id - the id of the widget's element; several widgets of a page can show the same program.
 */
export function placeOf(id: string, { name, original }: Pick<Draft, "name" | "original">): string {
  return widgetPlace(id) + [name, fingerprint(original)].join(" ");
}

/** Remembers that a run of the widget in this place ended because the reader left its page. */
export function rememberInterrupted(place: string): void {
  writePlaces([...new Set([...readPlaces(), place])]);
}

/** Returns whether a run in this place was interrupted, and forgets it. */
export function takeInterrupted(place: string): boolean {
  const places = readPlaces();
  if (!places.includes(place)) return false;
  writePlaces(places.filter((other) => other !== place));
  return true;
}
