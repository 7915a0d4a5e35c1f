/** Returns the first line of an error message that is not empty. Readers see only this line. */
export function firstLine(message: string): string {
  return message.split("\n").find((line) => line.trim() !== "") ?? "unknown reason";
}
