/** The timeline of a widget: static until somebody comes near, then one to work with. */
import type { Timeline } from "../timeline/model.ts";
import type { Subject, TimelineView } from "./timeline_view.ts";

export interface AttachedTimeline {
  /** Marks all segments of a line of the source; 0 for none. */
  mark: (line: number) => void;
  /** Shows a run of the reader's in the place of the recorded one. */
  show: (timeline: Timeline, subject: Subject) => Promise<void>;
  /** That run has gone on, or is over. */
  changed: () => void;
  /** Shows the recorded one again. */
  showRecorded: () => void;
  /** Gives the static figure back. */
  close: () => void;
}

/**
 * Makes a figure come to life when pointer or focus come to it: then the view and the trace are
 * fetched. Until they are there, and if they cannot be had, it stays as it is. `source` is the program
 * that was recorded.
 */
export function attachTimeline(
  figure: HTMLElement,
  traceUrl: string | undefined,
  go: (line: number) => void,
  source?: string,
): AttachedTimeline {
  const end = new AbortController();
  const { signal } = end;
  const chart = figure.querySelector<HTMLElement>(".tl-chart");
  let view: TimelineView | undefined;
  let loading: Promise<void> | undefined;
  let live = false;
  let line = 0;

  const open = async (timeline: Timeline, subject: Subject, isLive: boolean): Promise<void> => {
    const { TimelineView } = await import("./timeline_view.ts");
    // Meanwhile the reader may have left, or wanted the other one.
    if (signal.aborted || live !== isLive) return;
    if (!view) {
      const focused = chart !== null && document.activeElement === chart;
      view = new TimelineView({ figure, go });
      view.mark(line);
      view.show(timeline, subject);
      if (focused) view.focus();
      return;
    }
    view.show(timeline, subject);
  };
  const upgrade = async (url: string): Promise<void> => {
    const [{ fetchTrace, Timeline }] = await Promise.all([
      import("../timeline/collect.ts"),
      import("./timeline_view.ts"),
    ]);
    const trace = await fetchTrace(url);
    const subject = { what: `recorded on ${trace.interpreter}`, source };
    await open(Timeline.of(trace), subject, false);
  };
  const near = (): void => {
    if (traceUrl === undefined || view) return;
    loading ??= upgrade(traceUrl)
      .catch(() => undefined)
      .finally(() => (loading = undefined));
  };
  for (const type of ["pointerover", "pointermove", "focusin"]) {
    figure.addEventListener(type, near, { signal, passive: true });
  }
  // What is only a picture is nothing to go to; what it becomes is.
  if (traceUrl !== undefined && chart) chart.tabIndex = 0;

  const restore = (): void => {
    live = false;
    view?.close();
    view = undefined;
  };
  return {
    mark: (to) => {
      line = to;
      view?.mark(to);
    },
    show: (timeline, subject) => {
      live = true;
      return open(timeline, subject, true);
    },
    changed: () => view?.changed(),
    showRecorded: restore,
    close: () => {
      end.abort();
      restore();
      chart?.removeAttribute("tabindex");
    },
  };
}
