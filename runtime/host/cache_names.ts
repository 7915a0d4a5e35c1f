/**
 * The names of the caches in which the browser stores downloaded files. All sites of one origin share
 * its caches, and each site removes the files of its older versions from its own. Therefore the names
 * contain the path of the folder in which the site publishes the runtime.
 */

/** Returns the name of the cache for what every program needs; `runtime` is the runtime's folder. */
export const runtimeCache = (runtime: URL): string => `mkdocs-runnable:${runtime.pathname}`;

/** Returns the name of the cache for libraries; `runtime` is the runtime's folder. */
export const librariesCache = (runtime: URL): string =>
  `mkdocs-runnable-libraries:${runtime.pathname}`;
