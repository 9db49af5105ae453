/** Waits for several things to be done. */

/** @returns a function whose `times`-th call calls `then`; for 0 times it is called at once */
export function countdown(times: number, then: () => void): () => void {
  let left = times
  if (left === 0) then()
  return () => {
    left -= 1
    if (left === 0) then()
  }
}
