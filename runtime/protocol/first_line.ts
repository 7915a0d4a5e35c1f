/** Returns the first line of an error message that is not empty, which is what readers see of it. */
export function firstLine(message: string): string {
  return message.split("\n").find((line) => line.trim() !== "") ?? "unknown reason";
}
