/**
 * Makes a static timeline interactive when the reader's pointer or focus reaches it, or when it has to show
 * a run of the reader.
 */
import type { Lane } from "../../timeline/model/lane.ts";
import type { Timeline } from "../../timeline/model/timeline.ts";
import { makeTools, type Tool, type Tools } from "./tools.ts";
import type { Subject } from "./description.ts";
import { unpackTables } from "./static_tables.ts";
import type { TimelineView } from "./view.ts";
import { whenNear } from "../kit/near.ts";
import { toast } from "../kit/toast.ts";

export interface AttachedTimeline {
  /** Marks all segments of a line of the source; 0 for none. */
  mark: (line: number) => void;
  /** Shows a run of the reader instead of the recorded one. */
  show: (timeline: Timeline, subject: Subject) => Promise<void>;
  /** Has to be called when the run that is shown has new events, or is over. */
  changed: () => void;
  /** Brings back the static figure of the recorded run. A reader can make it interactive again. */
  showRecorded: () => void;
  /** Brings the static figure back, which then stays static. */
  close: () => void;
}

/** A recorded timeline and what it shows. */
export type Recorded = [timeline: Timeline, subject: Subject];

/** Returns a function that fetches the timeline of a recorded run. `source` is the recorded program. */
export const recordedAt = (traceUrl: string, source?: string) => async (): Promise<Recorded> => {
  const { fetchTrace, Timeline } = await import("../../timeline/model/collect.ts");
  const trace = await fetchTrace(traceUrl);
  return [Timeline.of(trace), { what: `recorded on ${trace.interpreter}`, source }];
};

/**
 * Makes a figure with a recorded run interactive when the pointer or the focus reaches it. Only then does the
 * page load the interactive view and the recorded run. Until both have arrived, and if they cannot be
 * loaded, the figure stays static. To show a run of the reader, only the view is loaded.
 *
 * @param figure - the static figure.
 * @param recorded - fetches the recorded run, if there is one.
 * @param markLine - marks a line in the code of the program to which a lane belongs; 0 removes the mark.
 */
export function attachTimeline(
  figure: HTMLElement,
  recorded: (() => Promise<Recorded>) | undefined,
  markLine: (line: number, lane?: Lane) => void,
): AttachedTimeline {
  const end = new AbortController();
  const { signal } = end;
  const chart = figure.querySelector<HTMLElement>(".tl-chart");
  let view: TimelineView | undefined;
  let loading: Promise<void> | undefined;
  /** Whether the figure should show a run of the reader instead of the recorded one. */
  let isLive = false;
  /** The marked line; 0 for none. */
  let line = 0;
  /** The buttons of the static timeline, once the figure has come near the viewport. */
  let tools: Tools | undefined;
  /** The empty element of the static figure that reserves space for `tools`. */
  const placeholder = figure.querySelector(".tl-tools");

  // A click is lost if its target is replaced between press and release. Therefore the interactive
  // timeline replaces the static one only after a release.
  let released: Promise<void> | undefined;
  const waitForRelease = (): void => {
    released = new Promise((resolve) => {
      // The click event follows the release in the same task of the browser, so wait for the next task.
      const release = (): void => void setTimeout(resolve);
      addEventListener("pointerup", release, { once: true, signal });
      addEventListener("pointercancel", release, { once: true, signal });
    });
  };

  /** Shows a run in the interactive view. `wantsLive` says whether it is a run of the reader. */
  const open = async (timeline: Timeline, subject: Subject, wantsLive: boolean): Promise<void> => {
    const { TimelineView } = await import("./view.ts");
    await released;
    // In the meantime, the reader may have left the page, or the figure may have to show another run.
    if (signal.aborted || isLive !== wantsLive) return;
    if (!view) {
      const isFocused = chart !== null && document.activeElement === chart;
      const tool = (["step", "out", "in", "whole"] as const).find(
        (name) => tools?.buttons[name] === document.activeElement,
      );
      view = new TimelineView({ figure, markLine });
      view.mark(line);
      view.show(timeline, subject);
      if (isFocused) view.focus();
      if (tool) view.focusTool(tool);
      return;
    }
    view.show(timeline, subject);
  };
  const openRecorded = async (fetch: () => Promise<Recorded>): Promise<void> => {
    const [[timeline, subject]] = await Promise.all([fetch(), import("./view.ts")]);
    await open(timeline, subject, false);
  };
  /** Replaces the static figure with the interactive view of the recorded run, unless a view is open. */
  const load = (): void => {
    if (!recorded || view) return;
    loading ??= openRecorded(recorded)
      .catch(() => undefined)
      .finally(() => (loading = undefined));
  };
  const press = async (tool: Tool): Promise<void> => {
    load();
    await loading;
    if (view) view.press(tool);
    else if (!signal.aborted) {
      toast("The timeline could not be loaded. Check your network connection and try again.");
    }
  };
  for (const type of ["pointerover", "pointermove", "focusin"]) {
    figure.addEventListener(type, load, { signal, passive: true });
  }
  figure.addEventListener("pointerdown", waitForRelease, { signal, passive: true });
  const details = figure.querySelector("details");
  details?.addEventListener("toggle", () => unpackTables(details), { signal });
  // The keyboard has to reach the static chart only if an interactive one can replace it.
  if (recorded && chart) chart.tabIndex = 0;
  if (recorded && placeholder) {
    // The static figure has space for the buttons, so that nothing moves when they appear.
    whenNear(figure, signal, () => {
      tools = makeTools((tool) => void press(tool));
      placeholder.replaceWith(tools.element);
    });
  }

  const restoreStatic = (): void => {
    isLive = false;
    view?.close();
    view = undefined;
  };
  return {
    mark: (to) => {
      line = to;
      view?.mark(to);
    },
    show: (timeline, subject) => {
      isLive = true;
      return open(timeline, subject, true);
    },
    changed: () => view?.changed(),
    showRecorded: restoreStatic,
    close: () => {
      end.abort();
      restoreStatic();
      chart?.removeAttribute("tabindex");
      if (placeholder) tools?.element.replaceWith(placeholder);
    },
  };
}
