/** Exports the code that reads traces. A page loads this module only when it needs a trace. */
import { decodeTrace, type Trace } from "./trace_events.ts";

export { readLive } from "./live.ts";
export { Timeline } from "./timeline.ts";
export { decodeEvents } from "./trace_events.ts";

/** Fetches a recorded trace. Throws an error if that fails, or if the file contains no trace. */
export async function fetchTrace(url: string): Promise<Trace> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${String(response.status)}`);
  const trace = decodeTrace(await response.json());
  if (!trace) throw new Error(`${url} holds no trace`);
  return trace;
}
