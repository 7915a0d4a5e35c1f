/** The JavaScript modules of the runtime that Python can import. */
import type { PyodideAPI } from "pyodide";
import type { JavaScriptBoundary } from "../kernel/javascript_boundary.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { LateLibrary } from "../links/library.ts";
import type { PageLink } from "../links/page_link.ts";
import type { ProcessLink } from "../links/process_link.ts";

/** The objects that make up a worker. */
export interface Parts {
  kernel: Kernel;
  link: PageLink;
  processes: ProcessLink;
  boundary: JavaScriptBoundary;
  library: LateLibrary;
}

/** Returns the modules, keyed by the names under which Python imports them. */
export const modulesOf = ({ kernel, link, processes, library }: Omit<Parts, "boundary">) => ({
  browser_kernel: Object.preventExtensions(kernel),
  browser_library: library.module,
  browser_page: link.module,
  browser_processes: processes.module,
});

/** Registers the modules and installs the runtime in a Python that was not restored from a snapshot. */
export function install(pyodide: PyodideAPI, modules: Record<string, object>): void {
  for (const [name, module] of Object.entries(modules)) pyodide.registerJsModule(name, module);
  pyodide.runPython("import browser_runtime; browser_runtime.install()");
}
