/** Times and numbers as the exhibition shows them. */

/** "3,655 s (1 h 0 min 55 s)". */
export function duration(seconds: number): string {
  const plain = `${number(seconds)} s`;
  return seconds < 60 ? plain : `${plain} (${clock(seconds)})`;
}

/** "1 h 0 min 55 s", "12 h". */
export function clock(seconds: number): string {
  const rounded = Math.round(seconds * 10) / 10;
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor((rounded % 3600) / 60)];
  const rest = Math.round((rounded % 60) * 10) / 10;
  const parts: string[] = [];
  if (hours > 0) parts.push(`${String(hours)} h`);
  if (minutes > 0 || (hours > 0 && rest > 0)) parts.push(`${String(minutes)} min`);
  if (rest > 0 || parts.length === 0) parts.push(`${String(rest)} s`);
  return parts.join(" ");
}

export function number(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
