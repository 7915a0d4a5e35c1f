/** Times and numbers as the exhibition shows them. */
import { measure } from "../../../runtime/timeline/words/words.ts";

/** "3,655 s (1 h 0 min 55 s)". */
export function duration(long: number): string {
  return long < 60 ? inSeconds(long) : `${inSeconds(long)} (${clock(long)})`;
}

/** "1 h 0 min 55 s", "12 h". */
export function clock(seconds: number): string {
  const rounded = Math.round(seconds * 10) / 10;
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor((rounded % 3600) / 60)];
  const rest = Math.round((rounded % 60) * 10) / 10;
  const parts: string[] = [];
  if (hours > 0) parts.push(measure(hours, "h"));
  if (minutes > 0 || (hours > 0 && rest > 0)) parts.push(measure(minutes, "min"));
  if (rest > 0 || parts.length === 0) parts.push(measure(rest, "s"));
  return parts.join(" ");
}

/** "1,740 s". */
export const inSeconds = (value: number): string => measure(number(value), "s");

export function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
