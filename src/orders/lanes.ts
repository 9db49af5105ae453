/** Work on several things at once, a few at a time. */

/**
 * @param lanes most at once, integer >= 1
 * @param work of one thing; a failure is told and does not stop the others
 */
export async function inLanes<T>(
  things: readonly T[],
  lanes: number,
  work: (thing: T) => Promise<unknown>,
  onError: (error: unknown) => void,
): Promise<void> {
  const left = things.values() // shared: each lane takes the next one
  const lane = async () => {
    for (const thing of left) await work(thing).catch(onError)
  }
  await Promise.all(Array.from({ length: Math.min(lanes, things.length) }, lane))
}
