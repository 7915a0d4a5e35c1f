/** The part of the Network Information API that only Chromium has. */
interface Connection {
  saveData?: boolean;
}

/** Returns whether the reader wants to save data. Then nothing is fetched before they press Run. */
export function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: Connection };
  return connection?.saveData === true || matchMedia("(prefers-reduced-data: reduce)").matches;
}
