/** The part of the Network Information API that is used here. Only Chromium has this API. */
interface Connection {
  saveData?: boolean;
}

/**
 * Returns whether the reader wants to save data. If so, nothing is fetched before they press Run, and no
 * warm snapshot after the run.
 */
export function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: Connection };
  return connection?.saveData === true || matchMedia("(prefers-reduced-data: reduce)").matches;
}
