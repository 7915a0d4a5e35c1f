/** What a page needs to collect the trace of a run, live or recorded. Loaded when the first one arrives. */
import { decodeTrace, type Trace } from "./trace_events.ts";

export { readLive } from "./live.ts";
export { Timeline } from "./timeline.ts";
export { decodeEvents } from "./trace_events.ts";

/** @throws if the trace cannot be fetched, or the file holds none. */
export async function fetchTrace(url: string): Promise<Trace> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${String(response.status)}`);
  const trace = decodeTrace(await response.json());
  if (!trace) throw new Error(`${url} holds no trace`);
  return trace;
}
