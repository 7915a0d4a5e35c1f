/** The names of the caches in which the browser stores downloaded files. */
export const RUNTIME_CACHE = "concurrency-guide-runtime";
export const LIBRARIES_CACHE = "concurrency-guide-libraries";
