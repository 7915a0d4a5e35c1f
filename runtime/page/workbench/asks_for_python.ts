/** Matches programs that may ask for a version of Python. Only they need ../../host/needs/requirements.ts. */
export const ASKS_FOR_PYTHON = /^# .*requires-python/m;
