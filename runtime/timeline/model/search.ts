/** Searches sorted lists by bisection. */

/**
 * Returns the first index for which the test holds, or `length` if there is none. If the test holds for
 * an index, it must hold for all later ones, too.
 */
export function firstIndex(length: number, test: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
