/** The timeline of a widget: static until somebody comes near, then one to work with. */
import type { Lane } from "../../timeline/model/lane.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import { makeTools, type Tool } from "./tools.ts";
import type { Subject } from "./description.ts";
import type { TimelineView } from "./view.ts";
import { toast } from "../kit/toast.ts";

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

/** A timeline, and what it is of. */
export type Recorded = [timeline: Timeline, subject: Subject];

/** Fetches the timeline of a recorded run of a program. */
export const recordedAt = (traceUrl: string, source?: string) => async (): Promise<Recorded> => {
  const { fetchTrace, Timeline } = await import("../../timeline/model/collect.ts");
  const trace = await fetchTrace(traceUrl);
  return [Timeline.of(trace), { what: `recorded on ${trace.interpreter}`, source }];
};

/**
 * Makes a figure come to life when pointer or focus come to it: then the view and what is recorded are
 * fetched. Until they are there, and if they cannot be had, it stays as it is.
 */
export function attachTimeline(
  figure: HTMLElement,
  recorded: (() => Promise<Recorded>) | undefined,
  go: (line: number, lane?: Lane) => void,
): AttachedTimeline {
  const end = new AbortController();
  const { signal } = end;
  const chart = figure.querySelector<HTMLElement>(".tl-chart");
  let view: TimelineView | undefined;
  let loading: Promise<void> | undefined;
  let live = false;
  let line = 0;
  const tools = makeTools((tool) => void press(tool));
  const room = figure.querySelector(".tl-tools");

  // While a pointer is down in the figure, nothing in it is replaced: the click would be lost.
  let pressed: Promise<void> | undefined;
  const hold = (): void => {
    pressed = new Promise((resolve) => {
      // The click follows the release in the same task.
      const release = (): void => void setTimeout(resolve);
      addEventListener("pointerup", release, { once: true, signal });
      addEventListener("pointercancel", release, { once: true, signal });
    });
  };

  const open = async (timeline: Timeline, subject: Subject, isLive: boolean): Promise<void> => {
    const { TimelineView } = await import("./view.ts");
    await pressed;
    // Meanwhile the reader may have left, or wanted the other one.
    if (signal.aborted || live !== isLive) return;
    if (!view) {
      const focused = chart !== null && document.activeElement === chart;
      const tool = (["step", "out", "in", "whole"] as const).find(
        (name) => tools.buttons[name] === document.activeElement,
      );
      view = new TimelineView({ figure, go });
      view.mark(line);
      view.show(timeline, subject);
      if (focused) view.focus();
      if (tool) view.focusTool(tool);
      return;
    }
    view.show(timeline, subject);
  };
  const upgrade = async (fetch: () => Promise<Recorded>): Promise<void> => {
    const [[timeline, subject]] = await Promise.all([fetch(), import("./view.ts")]);
    await open(timeline, subject, false);
  };
  const near = (): void => {
    if (!recorded || view) return;
    loading ??= upgrade(recorded)
      .catch(() => undefined)
      .finally(() => (loading = undefined));
  };
  const press = async (tool: Tool): Promise<void> => {
    near();
    await loading;
    if (view) view.press(tool);
    else if (!signal.aborted) {
      toast("The timeline could not be loaded. Check your network connection and try again.");
    }
  };
  for (const type of ["pointerover", "pointermove", "focusin"]) {
    figure.addEventListener(type, near, { signal, passive: true });
  }
  figure.addEventListener("pointerdown", hold, { signal, passive: true });
  // What is only a picture is nothing to go to; what it becomes is.
  if (recorded && chart) chart.tabIndex = 0;
  if (recorded) room?.replaceWith(tools.element);

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
      if (room) tools.element.replaceWith(room);
    },
  };
}
