/**
 * Requests that wait ask together. A request that comes while few are under way goes at once and alone; those that
 * come while enough are under way wait for one of them to end, and then go as one. So nobody waits for company, and
 * the more there is to do, the less each costs.
 *
 * A caller who leaves is answered at once and takes nobody along: a batch is cut when the last of its callers has left.
 */

export type Ways<Ask, Answer> = {
  one(ask: Ask, signal: AbortSignal): Promise<Answer>
  /** @returns what became of each, in their order. A rejection is meant for all of them */
  many(asks: readonly Ask[], signal: AbortSignal): Promise<readonly PromiseSettledResult<Answer>[]>
}

export type GatherRule = {
  /** Requests or batches under way, at least 1. */
  readonly open: number
  /** Most requests of one batch. */
  readonly batch: number
}

type Waiting<Ask, Answer> = {
  readonly ask: Ask
  readonly signal: AbortSignal
  readonly settled: PromiseWithResolvers<Answer>
}

/** @returns `one`, which may take the way of `many`; it throws what those throw, and the reason of the signal */
export function gather<Ask, Answer>(ways: Ways<Ask, Answer>, rule: GatherRule): Ways<Ask, Answer>['one'] {
  /** In order of arrival. */
  let waiting: Waiting<Ask, Answer>[] = []
  let open = 0

  function ended(): void {
    open -= 1
    waiting = waiting.filter(({ signal }) => !signal.aborted)
    while (open < rule.open && waiting.length > 0) {
      open += 1
      void together(ways, waiting.splice(0, rule.batch)).finally(ended)
    }
  }

  return async (ask, signal) => {
    if (open < rule.open) {
      open += 1
      return await ways.one(ask, signal).finally(ended)
    }
    signal.throwIfAborted()
    const settled = Promise.withResolvers<Answer>()
    const leave = () => settled.reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    waiting.push({ ask, signal, settled })
    return await settled.promise.finally(() => signal.removeEventListener('abort', leave))
  }
}

/** Never rejects: each of the callers is told. */
async function together<Ask, Answer>(
  { one, many }: Ways<Ask, Answer>,
  callers: readonly Waiting<Ask, Answer>[],
): Promise<void> {
  const [first] = callers
  if (callers.length === 1 && first) {
    await one(first.ask, first.signal).then(first.settled.resolve, first.settled.reject)
    return
  }
  const everybodyLeft = new AbortController()
  const leave = () => {
    if (callers.every(({ signal }) => signal.aborted)) everybodyLeft.abort(new Error('nobody waits'))
  }
  for (const { signal } of callers) signal.addEventListener('abort', leave, { once: true })
  try {
    const asks = callers.map(({ ask }) => ask)
    const results = await many(asks, everybodyLeft.signal)
    for (const [i, { settled }] of callers.entries()) {
      const result = results[i]
      if (result?.status === 'fulfilled') settled.resolve(result.value)
      else settled.reject(result?.reason ?? new Error(`${results.length} results of ${callers.length}`))
    }
  } catch (thrown) {
    for (const { settled } of callers) settled.reject(thrown)
  } finally {
    for (const { signal } of callers) signal.removeEventListener('abort', leave)
  }
}
