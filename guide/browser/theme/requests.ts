/** Answers requests of the theme's script within the page, so that nothing is downloaded. */

/** Returns the answer to a request for this address. */
type Answer = (url: string) => Blob;

/** The answers that are still to be given, by the ending of the address. */
const answers = new Map<string, Answer>();
const open = XMLHttpRequest.prototype.open;

/**
 * Answers the next request for an address with this ending. Later requests go to the server.
 *
 * The theme's script fetches its files with XMLHttpRequest:
 * https://github.com/squidfunk/mkdocs-material/blob/9.6.0/src/templates/assets/javascripts/browser/request/index.ts
 */
export function answerRequest(ending: string, answer: Answer): void {
  answers.set(ending, answer);
  XMLHttpRequest.prototype.open = openAnswered;
}

/** Replaces `XMLHttpRequest.prototype.open` while there are answers to give. */
function openAnswered(this: XMLHttpRequest, method: string, url: string | URL): void {
  const ending = [...answers.keys()].find((each) => String(url).endsWith(each));
  if (ending === undefined) return Reflect.apply(open, this, arguments);
  const answer = answers.get(ending)!(String(url));
  answers.delete(ending);
  if (answers.size === 0) XMLHttpRequest.prototype.open = open;
  return Reflect.apply(open, this, [method, URL.createObjectURL(answer)]);
}
