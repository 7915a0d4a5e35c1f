/** For tools and tests: runs programs on a bare page, without the widget. */
export { createHost } from "../host/host.ts";
