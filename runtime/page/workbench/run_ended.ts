/** The event with which a widget informs other elements of the page that a run has ended. */
import type { Outcome } from "../../host/types.ts";

/** The name of the event. Its `detail` is an `EndedRun`. */
export const RUN_ENDED = "runnable:ended";

/** How a run ended, for other parts of the page. */
export interface EndedRun {
  outcome: Outcome;
  /** The beginning of what the program printed to stdout and stderr; see `OutputPipeline.text`. */
  text: string;
  /** The clock rate in words; empty for real time. */
  clockRate: string;
  /** Whether Step, which can also start a run, was pressed later than Run, Pause and Resume. */
  isStepped: boolean;
}
