/** Formats times and numbers as the exhibition shows them. */
import { measure } from "../../../runtime/timeline/words/words.ts";

/** Formats a duration in seconds: "3,655 s (1 h 0 min 55 s)". */
export function duration(value: number): string {
  return value < 60 ? seconds(value) : `${seconds(value)} (${clock(value)})`;
}

/** Formats seconds in hours, minutes and seconds: "1 h 0 min 55 s", "12 h". */
export function clock(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor((rounded % 3600) / 60)];
  const rest = Math.round((rounded % 60) * 10) / 10;
  const parts: string[] = [];
  if (hours > 0) parts.push(measure(hours, "h"));
  if (minutes > 0 || (hours > 0 && rest > 0)) parts.push(measure(minutes, "min"));
  if (rest > 0 || parts.length === 0) parts.push(measure(rest, "s"));
  return parts.join(" ");
}

/** Formats a number of seconds: "1,740 s". */
export const seconds = (value: number): string => measure(number(value), "s");

/** Formats a number with at most two decimals: "1,740", "0.25". */
export function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
