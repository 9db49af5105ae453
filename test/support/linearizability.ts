/**
 * Is a recorded history of one SKU linearizable? Each operation then has a moment between its call and its return
 * at which it took effect, and the counter read in the order of these moments explains every answer.
 * The search is that of Wing and Gong with the memory of Lowe (G. Lowe, Testing for linearizability, 2017,
 * doi:10.1002/cpe.3928): an operation that nothing uncompleted precedes is tried first, and a set of done
 * operations with its counter is never looked at twice.
 * An outcome that the caller never learned (time-out, cut connection, killed process) is `unknown`: it may have
 * taken effect at any moment after its call, or never. Counting it as failed would hide a lost unit.
 */

/**
 * What one caller did. `reserve` and `release` carry units; `read` carries the count it was shown.
 * A refusal by Redis or by a local cache may be early by design (a hint), so only refusals of Postgres are recorded
 * as `refused`; the others have no entry.
 */
export type StockCall =
  | { readonly kind: 'reserve'; readonly qty: number; readonly answer: 'held' | 'refused' | 'unknown' }
  | { readonly kind: 'release'; readonly qty: number; readonly answer: 'released' | 'unknown' }
  | { readonly kind: 'read'; readonly available: number }

/** Times in ms of one clock; `returned` is Infinity where no answer came. */
export type Recorded = { readonly call: StockCall; readonly called: number; readonly returned: number }

/** `at`: the longest prefix that could be explained, for the message of a failing test. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly explained: number }

/** Most states looked at; beyond it the history is too concurrent to be decided in a test. */
const STATES_MAX = 2_000_000

/**
 * @param initial units available before the first call; integer >= 0
 * @param history of one SKU, in any order
 * @throws RangeError when a call returns before it was made, or the search exceeds its bound
 */
export function checkStockHistory(initial: number, history: readonly Recorded[]): Verdict {
  for (const { called, returned } of history) {
    if (returned < called) throw new RangeError(`call at ${called} returned before it, at ${returned}`)
  }
  const calls = [...history].sort((a, b) => a.called - b.called)
  const mustEnd = calls.reduce((sum, { call }) => sum + (isUnknown(call) ? 0 : 1), 0)
  return new Search(calls, mustEnd).from(initial)
}

class Search {
  readonly #calls: readonly Recorded[]
  readonly #mustEnd: number
  readonly #seen = new Set<string>()
  #explained = 0

  constructor(calls: readonly Recorded[], mustEnd: number) {
    this.#calls = calls
    this.#mustEnd = mustEnd
  }

  /** Depth first with a stack of its own: a history of thousands would overflow that of the language. */
  from(initial: number): Verdict {
    const stack: Step[] = [{ done: 0n, first: 0, available: initial, ended: 0 }]
    for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
      if (step.ended === this.#mustEnd) return { ok: true }
      this.#explained = Math.max(this.#explained, step.ended)
      // Pushed in reverse, so that the earliest call is tried first: nearly always the right one.
      stack.push(...this.#next(step).reverse())
    }
    return { ok: false, explained: this.#explained }
  }

  /** Each call that may have been the next to take effect, with the state after it. */
  #next(step: Step): Step[] {
    const next: Step[] = []
    let earliestReturn = Number.POSITIVE_INFINITY
    for (let at = step.first; at < this.#calls.length; at++) {
      const entry = this.#calls[at]
      if (entry === undefined || entry.called > earliestReturn) break
      if (isDone(step, at)) continue
      // An unknown call holds nothing up: it may take effect after everything, or never.
      if (!isUnknown(entry.call)) earliestReturn = Math.min(earliestReturn, entry.returned)
      const available = availableAfter(step.available, entry.call)
      if (available === null) continue
      const candidate = this.#withDone(step, at, available)
      if (this.#isNew(candidate)) next.push(candidate)
    }
    return next
  }

  /** `done` is a set of bits counted from `first`, so that it stays as short as the concurrency of the history. */
  #withDone(step: Step, at: number, available: number): Step {
    let done = step.done | (1n << BigInt(at - step.first))
    let first = step.first
    while ((done & 1n) === 1n) {
      done >>= 1n
      first += 1
    }
    const call = this.#calls[at]?.call
    const ended = step.ended + (call === undefined || isUnknown(call) ? 0 : 1)
    return { done, first, available, ended }
  }

  #isNew({ done, first, available }: Step): boolean {
    const key = `${first}:${done.toString(36)}:${available}`
    if (this.#seen.has(key)) return false
    if (this.#seen.size >= STATES_MAX)
      throw new RangeError(`more than ${STATES_MAX} states: record less at once`)
    this.#seen.add(key)
    return true
  }
}

type Step = {
  readonly done: bigint
  readonly first: number
  readonly available: number
  /** Calls with a known answer that have taken effect. */
  readonly ended: number
}

function isDone({ done, first }: Step, at: number): boolean {
  return ((done >> BigInt(at - first)) & 1n) === 1n
}

function isUnknown(call: StockCall): boolean {
  return call.kind !== 'read' && call.answer === 'unknown'
}

/** @returns units after the call took effect, or null when its answer contradicts the count */
function availableAfter(available: number, call: StockCall): number | null {
  switch (call.kind) {
    case 'reserve':
      if (call.answer === 'refused') return available < call.qty ? available : null
      return available >= call.qty ? available - call.qty : null
    case 'release':
      return available + call.qty
    case 'read':
      return available === call.available ? available : null
    default:
      throw new Error(`call not handled: ${call satisfies never}`)
  }
}
