/** The runtime's own JavaScript as Python sees it. */
import type { PyodideAPI } from "pyodide";
import type { Kernel } from "../kernel/kernel.ts";
import type { LateLibrary } from "../links/library.ts";
import type { PageLink } from "../links/page_link.ts";
import type { ProcessLink } from "../links/process_link.ts";
import type { Watch } from "../kernel/watch.ts";

export interface Parts {
  kernel: Kernel;
  link: PageLink;
  processes: ProcessLink;
  watch: Watch;
  library: LateLibrary;
}

/** By the names that Python imports them by. */
export const modulesOf = ({ kernel, link, processes, library }: Omit<Parts, "watch">) => ({
  browser_kernel: Object.preventExtensions(kernel),
  browser_library: library.module,
  browser_page: link.module,
  browser_processes: processes.module,
});

/** What a snapshot has done already: registers the modules and lets Python get ready. */
export function install(pyodide: PyodideAPI, modules: Record<string, object>): void {
  for (const [name, module] of Object.entries(modules)) pyodide.registerJsModule(name, module);
  pyodide.runPython("import browser_runtime; browser_runtime.install()");
}
