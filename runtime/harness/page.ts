/** For tools and tests: runs programs on a bare page, without the widget. */
export { createHost } from "../host/host.ts";
/** And draws timelines. */
export { attachTimeline, recordedAt } from "../page/timeline/attached_timeline.ts";
export { figure } from "../timeline/drawing/figure.ts";
export { html } from "../timeline/drawing/html.ts";
export { decodeEvents, Timeline } from "../timeline/model/collect.ts";
export { TimelineView } from "../page/timeline/view.ts";
