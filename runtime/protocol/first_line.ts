/**
 * Returns the first non-empty line of an error message, which is all that readers see of it. If there is
 * none, the result is "unknown reason".
 */
export function firstLine(message: string): string {
  return message.split("\n").find((line) => line.trim() !== "") ?? "unknown reason";
}
