/**
 * Stores which runs ended because the reader left their page; see interrupted_runs.ts. A run is stored by
 * the place of its widget: a text that identifies the page, the element and the program.
 */

const STORAGE_KEY = "runnable:left";

/** The places that were stored last, for browsers without storage. */
let placesInMemory: string[] = [];

/** Returns the stored places. */
export function readPlaces(): string[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(value) ? value.filter((place) => typeof place === "string") : [];
  } catch {
    return placesInMemory;
  }
}

/** Stores these places instead of the present ones. */
export function writePlaces(places: string[]): void {
  placesInMemory = places;
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(places));
  } catch {
    // Without storage, the places stay in memory.
  }
}

/** Returns the beginning of the place of a widget on this page; `id` is the id of its element. */
export function widgetPlace(id: string): string {
  return `${location.pathname} ${id} `;
}

/** Returns whether a run of this widget may have been interrupted. */
export function mayBeInterrupted(id: string): boolean {
  return readPlaces().some((place) => place.startsWith(widgetPlace(id)));
}
