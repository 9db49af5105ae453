import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FakeTime, fakeTime } from '../../test/support/fake-time.ts'
import { chooseSeed } from '../../test/support/seed.ts'
import { COALESCER_LIMITS, Coalescer, type CoalescerLimits } from './coalescer.ts'

type Cart = { readonly id: string; readonly note?: string }
type Batch = {
  readonly at: number
  readonly ids: readonly string[]
  end(): void
  fail(error: Error): void
}

/** A coalescer before a writer that answers when the test says so. */
function lineBefore(time: FakeTime, limits: CoalescerLimits = COALESCER_LIMITS) {
  const batches: Batch[] = []
  const line = new Coalescer<Cart, string>({
    clock: time.clock,
    setTimer: time.setTimer,
    limits,
    runBatch(carts) {
      const done = Promise.withResolvers<string[]>()
      batches.push({
        at: time.clock(),
        ids: carts.map((cart) => cart.id),
        end: () => done.resolve(carts.map((cart) => `result of ${cart.id}`)),
        fail: done.reject,
      })
      return done.promise
    },
  })
  return { line, batches }
}
const many = (count: number, from = 0) => Array.from({ length: count }, (_, at) => ({ id: `c${from + at}` }))

describe('coalescer', () => {
  test('carts that come while a batch is under way make the next one', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    void line.submit({ id: 'first' })
    await time.pass(1)
    const next = many(3).map((cart) => line.submit(cart))
    await time.pass(50)
    expect(batches.map((batch) => batch.ids)).toEqual([['first']])
    batches[0]?.end()
    await time.settle()
    expect(batches.map((batch) => batch.ids)).toEqual([['first'], ['c0', 'c1', 'c2']])
    batches[1]?.end()
    expect(await next[1]).toEqual({ outcome: 'decided', cart: { id: 'c1' }, result: 'result of c1' })
  })

  test('a lone cart waits one millisecond for company', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    await time.pass(1_000)
    void line.submit({ id: 'a' })
    await time.pass(0.9)
    expect(batches).toEqual([])
    await time.pass(0.1)
    expect(batches.map((batch) => batch.at)).toEqual([1_001])
  })

  test('company that keeps coming does not hold a cart back for more than five milliseconds', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    for (const cart of many(20)) {
      void line.submit(cart)
      await time.pass(0.5)
    }
    expect(batches[0]).toMatchObject({ at: 5 })
  })

  test('a full batch begins at once and the rest is the next batch', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    for (const cart of many(300)) void line.submit(cart)
    await time.settle()
    expect(batches.map((batch) => batch.ids.length)).toEqual([256])
    batches[0]?.end()
    await time.pass(1)
    expect(batches.map((batch) => batch.ids.length)).toEqual([256, 44])
  })

  test('the cart after 1,024 waiting ones is overloaded at once', async () => {
    const time = fakeTime()
    const { line } = lineBefore(time)
    void line.submit({ id: 'under way' })
    await time.pass(1)
    for (const cart of many(1_024)) void line.submit(cart)
    expect(await line.submit({ id: 'one more' })).toEqual({ outcome: 'overloaded' })
    expect(line.waiting).toBe(1_024)
  })

  test('a cart that has waited 250 ms is overloaded and never decided', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    void line.submit({ id: 'under way' })
    await time.pass(1)
    const early = line.submit({ id: 'early' })
    await time.pass(100)
    const late = line.submit({ id: 'late' })
    await time.pass(150)
    expect(await early).toEqual({ outcome: 'overloaded' })
    batches[0]?.end()
    await time.settle()
    batches[1]?.end()
    expect(await late).toMatchObject({ outcome: 'decided' })
    expect(batches.flatMap((batch) => batch.ids)).toEqual(['under way', 'late'])
  })

  test('a batch under way longer than the patience of carts still gives its carts their results', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    const slow = line.submit({ id: 'slow' })
    await time.pass(5_000)
    batches[0]?.end()
    expect(await slow).toMatchObject({ outcome: 'decided' })
  })

  test('two calls with one id are one cart, and both get the result of the first', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    const first = line.submit({ id: 'same', note: 'first' })
    await time.pass(1)
    const second = line.submit({ id: 'same', note: 'second' })
    batches[0]?.end()
    expect(await second).toEqual(await first)
    expect(await second).toMatchObject({ cart: { note: 'first' } })
    expect(batches.length).toBe(1)
  })

  test('a failed batch fails its own carts and the line goes on', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    const lost = line.submit({ id: 'lost' })
    await time.pass(1)
    const next = line.submit({ id: 'next' })
    batches[0]?.fail(new Error('connection reset'))
    await expect(lost).rejects.toThrow('connection reset')
    await time.pass(1)
    batches[1]?.end()
    expect(await next).toMatchObject({ outcome: 'decided' })
  })

  test('drain begins what waits at once and ends when nothing is left', async () => {
    const time = fakeTime()
    const { line, batches } = lineBefore(time)
    const carts = many(300).map((cart) => line.submit(cart))
    let isDrained = false
    const drained = line.drain().then(() => {
      isDrained = true
    })
    await time.settle()
    batches[0]?.end()
    await time.settle()
    expect([batches.length, isDrained]).toEqual([2, false])
    batches[1]?.end()
    await drained
    expect((await Promise.all(carts)).every((answer) => answer.outcome === 'decided')).toBe(true)
    expect(time.pending()).toBe(0)
  })

  test('whatever comes when: one batch at a time, in order of arrival, each cart once or overloaded', async () => {
    const limits = { batch: 4, waiting: 10, companyMs: 1, formMs: 5, patienceMs: 25 }
    const arrival = fc.record({
      gapMs: fc.constantFrom(0, 0, 0.5, 1, 3, 30),
      cost: fc.constantFrom(0, 2, 10, 40),
    })
    const schedule = fc.array(arrival, { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(schedule, async (arrivals) => {
        const time = fakeTime()
        const log: { readonly began: number; readonly ended: number; readonly ids: readonly number[] }[] = []
        const arrivedAt: number[] = []
        const line = new Coalescer<{ id: string; at: number; cost: number }, number>({
          clock: time.clock,
          setTimer: time.setTimer,
          limits,
          runBatch(carts) {
            const { promise, resolve } = Promise.withResolvers<number[]>()
            const began = time.clock()
            const cost = carts[0]?.cost ?? 0
            const ids = carts.map((cart) => cart.at)
            time.setTimer(() => {
              log.push({ began, ended: time.clock(), ids })
              resolve(ids)
            }, cost)
            return promise
          },
        })
        const answers = []
        for (const [at, { gapMs, cost }] of arrivals.entries()) {
          await time.pass(gapMs)
          arrivedAt[at] = time.clock()
          answers.push(line.submit({ id: String(at), at, cost }))
        }
        await time.pass(10_000)
        const outcomes = await Promise.all(answers)
        const decided = outcomes.flatMap((answer) => (answer.outcome === 'decided' ? [answer.result] : []))
        const ran = log.flatMap((batch) => batch.ids)
        expect(ran).toEqual(ran.toSorted((a, b) => a - b)) // in order of arrival, none twice
        expect(decided).toEqual(ran) // each has its own result, and who is overloaded never ran
        for (const [at, batch] of log.entries()) {
          expect(batch.ids.length).toBeLessThanOrEqual(limits.batch)
          const freeSince = Math.max(log[at - 1]?.ended ?? 0, arrivedAt[batch.ids[0] ?? 0] ?? 0)
          expect(batch.began).toBeGreaterThanOrEqual(log[at - 1]?.ended ?? 0)
          expect(batch.began - freeSince).toBeLessThanOrEqual(limits.formMs)
          for (const id of batch.ids) {
            expect(batch.began - (arrivedAt[id] ?? 0)).toBeLessThanOrEqual(limits.patienceMs)
          }
        }
        expect(time.pending()).toBe(0)
      }),
      { seed: chooseSeed('coalescer'), numRuns: 150 },
    )
  })
})
