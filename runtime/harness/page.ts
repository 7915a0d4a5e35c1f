/** For tools and tests: runs programs on a bare page, without the widget. */
export { createHost } from "../host/host.ts";
/** And draws timelines. */
export { attachTimeline, recordedAt } from "../page/timeline.ts";
export { figure } from "../timeline/figure.ts";
export { html } from "../timeline/html.ts";
export { asRows, Timeline } from "../timeline/collect.ts";
export { TimelineView } from "../page/timeline_view.ts";
