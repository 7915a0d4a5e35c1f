/**
 * The module that tools and tests load into an empty page, to run programs and draw timelines without
 * a widget.
 */
export { createHost } from "../host/host.ts";
export { attachTimeline, recordedAt } from "../page/timeline/attached_timeline.ts";
export { figure } from "../timeline/drawing/figure.ts";
export { html } from "../timeline/drawing/html.ts";
export { decodeEvents, Timeline } from "../timeline/model/collect.ts";
export { TimelineView } from "../page/timeline/view.ts";
