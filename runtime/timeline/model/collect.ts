/** What a page needs to hear of a run, live or recorded. Loaded when there is something to hear. */
import { asTrace } from "./check.ts";
import type { Trace } from "./rows.ts";

export { asRows } from "./check.ts";
export { readLive } from "./live.ts";
export { Timeline } from "./timeline.ts";

/** @throws when there is no trace to be had. */
export async function fetchTrace(url: string): Promise<Trace> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${String(response.status)}`);
  const trace = asTrace(await response.json());
  if (!trace) throw new Error(`${url} holds no trace`);
  return trace;
}
