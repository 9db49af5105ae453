/** Work on several things at once, a few at a time. */

export type Lanes = {
  /** Most at once, integer >= 1. */
  readonly lanes: number
  /** Aborted: nothing more is begun. */
  readonly signal: AbortSignal
}

/** @param work of one thing; a failure is told and does not stop the others */
export async function inLanes<T>(
  things: readonly T[],
  { lanes, signal }: Lanes,
  work: (thing: T) => Promise<unknown>,
  onError: (error: unknown) => void,
): Promise<void> {
  const left = things.values() // shared: each lane takes the next one
  const lane = async () => {
    for (const thing of left) {
      if (signal.aborted) return
      await work(thing).catch(onError)
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, things.length) }, lane))
}
