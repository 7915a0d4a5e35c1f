/** The first line of a message that says something, for the reader. */
export function reasonOf(message: string): string {
  return message.split("\n").find((line) => line.trim() !== "") ?? "unknown reason";
}
