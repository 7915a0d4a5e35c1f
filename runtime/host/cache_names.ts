/** Under what names the browser keeps what has been fetched. */
export const RUNTIME_CACHE = "concurrency-guide-runtime";
export const LIBRARIES_CACHE = "concurrency-guide-libraries";
