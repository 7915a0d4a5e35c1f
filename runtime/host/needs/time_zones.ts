/**
 * Finds out which programs need the data of the time zones. Python in the browser does not have this
 * data, so the host installs the library tzdata for these programs, without a declaration. A program in
 * whose text no import is found has to declare tzdata; see browser_runtime/regional/time_zones.py.
 */
import { importedModules, type ProgramText } from "./imports.ts";

/** The library with the data. */
export const TIME_ZONES = "tzdata";

/** The modules whose import shows that a program uses time zones. */
const MODULES = ["tzdata", "zoneinfo"];

/** Returns whether the program, or one of the modules that it is given, seems to use time zones. */
export function usesTimeZones(program: ProgramText): boolean {
  const imported = importedModules(program);
  return MODULES.some((name) => imported.has(name));
}
