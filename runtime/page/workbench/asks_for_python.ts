/**
 * Matches programs that may ask for a version of Python. Only for these, the page loads
 * host/needs/requirements.ts, which checks what they ask for.
 */
export const ASKS_FOR_PYTHON = /^# .*requires-python/m;
