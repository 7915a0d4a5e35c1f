/** What readers want to spend. */

interface Connection {
  saveData?: boolean;
}

/** Readers who asked for little data get nothing that they did not ask for. */
export function savesData(): boolean {
  const { connection } = navigator as Navigator & { connection?: Connection };
  return connection?.saveData === true || matchMedia("(prefers-reduced-data: reduce)").matches;
}
