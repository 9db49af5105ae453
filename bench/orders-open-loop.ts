/**
 * Carts that come by the clock, through the coalescer and the batches of the write path: what a customer waits when
 * others do not wait for them. Counted from when a cart was due, so that a pause of ours is not forgotten.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Coalescer } from '../src/orders/coalescer.ts'
import { createFaultPoints, parseFaults } from '../src/orders/fault-point.ts'
import { createReserveBatch, type Decided } from '../src/orders/reserve-batch.ts'
import type { CartToReserve } from '../src/postgres/inv/reserve.ts'
import type { Pool } from '../src/postgres/pool.ts'
import { createMetrics } from '../src/telemetry/metrics.ts'

const TICK_MS = 1

/**
 * @param cartsOf one cart, new at each call
 * @returns ms from when each cart was due to its answer
 * @throws Error when a cart was not held
 */
export async function openLoop(
  pool: Pool,
  cartsOf: () => readonly CartToReserve[],
  perSecond: number,
  seconds: number,
): Promise<number[]> {
  const clock = () => performance.now()
  const line = new Coalescer<CartToReserve, Decided>({
    runBatch: createReserveBatch({
      ...{ pool, clock, onTime: () => undefined, metrics: createMetrics(['hold_']) },
      faults: createFaultPoints(parseFaults(''), () => undefined),
    }),
    clock,
    setTimer: (run, ms) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  })
  const startedAt = clock()
  const answers: Promise<number>[] = []
  const wait = async (cart: CartToReserve, dueAt: number) => {
    const submitted = await line.submit(cart)
    const outcome = submitted.outcome === 'decided' ? submitted.result.outcome : submitted.outcome
    if (outcome !== 'OK') throw new Error(`every cart expected to be held, got ${outcome}`)
    return clock() - dueAt
  }
  for (let due = 0; due < perSecond * seconds; ) {
    for (const now = clock(); due < ((now - startedAt) * perSecond) / 1_000; due++) {
      const dueAt = startedAt + (due * 1_000) / perSecond
      for (const cart of cartsOf()) answers.push(wait(cart, dueAt))
    }
    await sleep(TICK_MS)
  }
  return await Promise.all(answers)
}
