/** What the gate keeps, whoever serves it: run against one Redis and against a cluster. */
import { expect, test } from 'vitest'
import type { StockCount } from '../../src/orders/admission.ts'
import { slotOf } from '../../src/orders/slot.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import {
  cartOf,
  type GateServers,
  mastersOf,
  memoryEpochs,
  memoryStock,
  openGate,
  type TestGate,
} from '../support/gate-fixture.ts'
import { waitFor } from '../support/wait-for.ts'

/** In different slots, in this order. */
const [FIRST, SECOND] = ['SKU-A', 'SKU-B'].sort((a, b) => slotOf(a) - slotOf(b)) as [string, string]

type Opened = TestGate & {
  readonly stock: TestGate['stock']
  readonly epochRows: ReturnType<typeof memoryEpochs>
}

export function gateSuite(kind: string, servers: GateServers): void {
  let opened = 0

  /** A gate with keys of its own, over stock that Postgres would have. */
  async function gateWith(units: Readonly<Record<string, Partial<StockCount>>>): Promise<Opened> {
    opened += 1
    const epochRows = memoryEpochs()
    const prefix = `g${opened}:`
    const gate = await openGate({
      servers,
      prefix,
      readStock: memoryStock(units).read,
      statements: epochRows,
    })
    return { ...gate, epochRows }
  }

  /** Units that could be admitted now: the answer to a cart that wants too many. */
  async function available({ gate }: TestGate, sku: string): Promise<number> {
    const answer = await gate.admit(cartOf(`look-${sku}`, { [sku]: 1_000_000 }))
    return answer.outcome === 'REFUSED' ? (answer.refusal.lines[0]?.available ?? -1) : -1
  }

  const name = (result: string) => `${result} (${kind})`

  test(name('an admission that is sent again takes nothing more and tells the same units'), async () => {
    const opened = await gateWith({ [FIRST]: { available: 5 }, [SECOND]: { available: 5 } })
    const cart = cartOf('h', { [FIRST]: 2, [SECOND]: 1 })
    const granted = [
      { sku: FIRST, qty: 2 },
      { sku: SECOND, qty: 1 },
    ]
    expect(await opened.gate.admit(cart)).toEqual({ outcome: 'OK', granted })
    expect(await opened.gate.admit(cart)).toEqual({ outcome: 'KNOWN', granted })
    expect(await available(opened, FIRST)).toBe(3)
  })

  test(name('of twenty carts at once for five units five are admitted'), async () => {
    const { gate } = await gateWith({ [FIRST]: { available: 5 } })
    const carts = Array.from({ length: 20 }, (_, i) => gate.admit(cartOf(`h${i}`, { [FIRST]: 1 })))
    const outcomes = (await Promise.all(carts)).map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'OK').length).toBe(5)
    expect(outcomes.filter((outcome) => outcome === 'REFUSED').length).toBe(15)
  })

  test(name('a cart that one slot refuses gives back what another has granted'), async () => {
    const opened = await gateWith({ [FIRST]: { available: 5 }, [SECOND]: { available: 0 } })
    const answer = await opened.gate.admit(cartOf('h', { [FIRST]: 5, [SECOND]: 1 }))
    expect(answer).toMatchObject({
      outcome: 'REFUSED',
      refusal: { reason: 'PARTIAL', lines: [{ sku: SECOND }] },
    })
    expect(await available(opened, FIRST)).toBe(5)
    expect((await opened.gate.admit(cartOf('h', { [FIRST]: 5 }))).outcome).toBe('OK')
  })

  test(name('a cart that takes what it can get is told how many units'), async () => {
    const { gate } = await gateWith({ [FIRST]: { available: 2 }, [SECOND]: { available: 0 } })
    const cart = cartOf('h', { [FIRST]: 5, [SECOND]: 1 }, { allowPartial: true })
    expect(await gate.admit(cart)).toEqual({ outcome: 'OK', granted: [{ sku: FIRST, qty: 2 }] })
    expect(await gate.admit({ ...cart, id: 'later' })).toMatchObject({
      outcome: 'REFUSED',
      refusal: { reason: 'SOLD_OUT' },
    })
  })

  test(name('the same id with another request is a mismatch'), async () => {
    const { gate } = await gateWith({ [FIRST]: {} })
    await gate.admit(cartOf('h', { [FIRST]: 1 }))
    expect(await gate.admit(cartOf('h', { [FIRST]: 2 }, { hash: 'other' }))).toEqual({ outcome: 'MISMATCH' })
  })

  test(name('people who wait come first, but an offer passes; a limit turns large carts away'), async () => {
    const { gate } = await gateWith({ [FIRST]: { queue: true }, [SECOND]: { limit: 2 } })
    expect(await gate.admit(cartOf('h1', { [FIRST]: 1 }))).toMatchObject({ refusal: { reason: 'QUEUE' } })
    expect(await gate.admit(cartOf('h2', { [FIRST]: 1 }, { isOffer: true }))).toMatchObject({ outcome: 'OK' })
    expect(await gate.admit(cartOf('h3', { [SECOND]: 3 }))).toMatchObject({
      refusal: { reason: 'LIMIT', limit: 2 },
    })
    expect((await gate.admit(cartOf('h4', { [SECOND]: 2 }))).outcome).toBe('OK')
  })

  test(name('a SKU that Postgres does not have is refused by name'), async () => {
    const { gate } = await gateWith({ [FIRST]: {} })
    expect(await gate.admit(cartOf('h', { [FIRST]: 1, 'no-such': 1 }))).toMatchObject({
      refusal: { reason: 'UNKNOWN_SKU', lines: [{ sku: 'no-such', requested: 1, available: 0 }] },
    })
  })

  test(name('settled units stay taken, aborted ones come back, and repeats change nothing'), async () => {
    const opened = await gateWith({ [FIRST]: { available: 5 }, [SECOND]: { available: 5 } })
    const { gate } = opened
    const lines = [FIRST, SECOND].map((sku) => ({ sku, ver: 2 }))
    await gate.admit(cartOf('kept', { [FIRST]: 2, [SECOND]: 2 }))
    await gate.admit(cartOf('lost', { [FIRST]: 1, [SECOND]: 1 }))
    expect([await gate.settle('kept', lines), await gate.settle('kept', lines)]).toEqual([2, 0])
    expect([await gate.abort('lost', lines), await gate.abort('lost', lines)]).toEqual([2, 0])
    expect(await available(opened, FIRST)).toBe(3)
    expect((await gate.admit(cartOf('lost', { [FIRST]: 1, [SECOND]: 1 }))).outcome).toBe('OK')
  })

  test(name('what is known of an admission is kept until it is settled, and for minutes after'), async () => {
    const { gate, connection, prefix, epochs, slots } = await gateWith({ [FIRST]: {} })
    const slot = slotOf(FIRST) % slots
    const epoch = epochs.current(slot) ?? 0
    const key = gateKeys(prefix).of(slot, epoch).h('h')
    await gate.admit(cartOf('h', { [FIRST]: 1 }))
    expect(await connection.pttl(key)).toBe(-1)
    await gate.settle('h', [{ sku: FIRST, ver: 2 }])
    expect(await connection.pttl(key)).toBeGreaterThan(500_000)
  })

  test(
    name('an attempt that goes no further gives back its units, unless another of the same id is under way'),
    async () => {
      const opened = await gateWith({ [FIRST]: { available: 5 }, [SECOND]: { available: 5 } })
      const { gate } = opened
      const cart = cartOf('h', { [FIRST]: 2, [SECOND]: 1 })
      expect([(await gate.admit(cart)).outcome, (await gate.admit(cart)).outcome]).toEqual(['OK', 'KNOWN'])
      expect(await gate.withdraw('h', cart.lines)).toBe(0)
      expect(await available(opened, FIRST)).toBe(3)
      expect(await gate.withdraw('h', cart.lines)).toBe(2)
      expect([await available(opened, FIRST), await available(opened, SECOND)]).toEqual([5, 5])
    },
  )

  test(name('a line that the hold does not have gives its units back when the rest settles'), async () => {
    const opened = await gateWith({ [FIRST]: { available: 5 }, [SECOND]: { available: 5 } })
    await opened.gate.admit(cartOf('h', { [FIRST]: 2, [SECOND]: 2 }))
    await opened.gate.settle('h', [
      { sku: FIRST, ver: 2 },
      { sku: SECOND, ver: 0 },
    ])
    expect([await available(opened, FIRST), await available(opened, SECOND)]).toEqual([3, 5])
  })

  test(name('a change counts once, in any order, and only above the snapshot'), async () => {
    const opened = await gateWith({ [FIRST]: { available: 5, ver: 10 } })
    const change = (ver: number, units: number) => opened.stock.delta({ sku: FIRST, ver, units, queue: null })
    expect(await change(11, 1)).toBe('MISS')
    await opened.gate.admit(cartOf('h', { [FIRST]: 1 }))
    expect([await change(13, 3), await change(12, 2), await change(13, 3), await change(10, 9)]).toEqual([
      'OK',
      'OK',
      'LATE',
      'LATE',
    ])
    expect(await available(opened, FIRST)).toBe(9)
  })

  test(
    name('reconcile leaves admissions that its snapshot cannot know, and refuses an older one'),
    async () => {
      const opened = await gateWith({ [FIRST]: { available: 5, ver: 10 } })
      const { gate, stock } = opened
      await gate.admit(cartOf('seen', { [FIRST]: 1 }))
      await gate.admit(cartOf('unseen', { [FIRST]: 2 }))
      const snapshot = { sku: FIRST, available: 8, ver: 12, queue: false, limit: null, holds: ['seen'] }
      const found = { word: 'OK', before: 2, expected: 6, rv: 10, pv: 10, seen: 1, applied: [] }
      expect(await stock.compare(snapshot, false)).toMatchObject(found)
      expect(await stock.compare(snapshot, true)).toMatchObject(found)
      expect(await available(opened, FIRST)).toBe(6)
      expect(await stock.compare({ ...snapshot, ver: 11 }, true)).toEqual({ word: 'STALE', pv: 12 })
      expect(await gate.settle('seen', [{ sku: FIRST, ver: 11 }])).toBe(0)
      expect(await available(opened, FIRST)).toBe(6)
      expect(await stock.compare({ ...snapshot, sku: SECOND }, true)).toEqual({ word: 'MISS' })
    },
  )

  test(name('of a snapshot with many holds the admitted ones are found'), async () => {
    const { gate, stock } = await gateWith({ [FIRST]: { available: 5, ver: 10 } })
    await gate.admit(cartOf('seen', { [FIRST]: 1 }))
    const holds = [...Array.from({ length: 5_000 }, (_, i) => `older-${i}`), 'seen']
    const snapshot = { sku: FIRST, available: 4, ver: 12, queue: false, limit: null, holds }
    expect(await stock.compare(snapshot, true)).toMatchObject({ before: 4, expected: 4, seen: 1 })
  })

  test(name('admissions left behind are found with their lines until all of them have ended'), async () => {
    const { gate, stock, slots } = await gateWith({ [FIRST]: {}, [SECOND]: {} })
    await gate.admit(cartOf('h', { [FIRST]: 2, [SECOND]: 1 }))
    const left = async () => {
      const found = await Promise.all(Array.from({ length: slots }, (_, slot) => stock.overdue(slot, 0, 10)))
      return found
        .flatMap(({ admissions }) => admissions)
        .flatMap(({ id, lines }) => lines.map((line) => ({ id, ...line })))
    }
    expect(await left()).toEqual(
      expect.arrayContaining([
        { id: 'h', sku: FIRST, qty: 2 },
        { id: 'h', sku: SECOND, qty: 1 },
      ]),
    )
    await gate.settle('h', [{ sku: FIRST, ver: 2 }])
    expect(await left()).toContainEqual({ id: 'h', sku: SECOND, qty: 1 })
    await gate.settle(
      'h',
      [FIRST, SECOND].map((sku) => ({ sku, ver: 2 })),
    )
    expect(await left()).toEqual([])
    expect((await stock.overdue(slotOf(FIRST) % slots, 60_000, 10)).admissions).toEqual([])
  })

  test(name('scripts that Redis has forgotten are sent again'), async () => {
    const { gate, connection } = await gateWith({ [FIRST]: {} })
    await gate.admit(cartOf('h1', { [FIRST]: 1 }))
    for (const node of mastersOf(connection)) await node.script('FLUSH')
    expect((await gate.admit(cartOf('h2', { [FIRST]: 1 }))).outcome).toBe('OK')
  })

  test(
    name('a Redis that was emptied gets a new epoch and the stock of Postgres at the next cart'),
    async () => {
      const { gate, connection, epochs, epochRows, slots } = await gateWith({ [FIRST]: { available: 5 } })
      const slot = slotOf(FIRST) % slots
      await gate.admit(cartOf('h1', { [FIRST]: 5 }))
      const before = epochs.current(slot) ?? 0
      for (const node of mastersOf(connection)) await node.flushall()
      expect((await gate.admit(cartOf('h2', { [FIRST]: 5 }))).outcome).toBe('OK')
      expect(epochs.current(slot)).toBe(before + 1)
      expect(epochRows.begun.filter((begun) => begun === slot)).toEqual([slot, slot])
      expect(await gate.settle('h1', [{ sku: FIRST, ver: 2 }])).toBe(0)
    },
  )

  test(name('an epoch that another process has begun is looked up at the next cart'), async () => {
    const { gate, connection, prefix, epochs, slots } = await gateWith({ [FIRST]: {} })
    const slot = slotOf(FIRST) % slots
    await gate.admit(cartOf('h1', { [FIRST]: 1 }))
    await connection.set(gateKeys(prefix).epoch(slot), '9') // ahead of Postgres, as after its restore
    expect(await gate.admit(cartOf('h2', { [FIRST]: 1 }))).toEqual({ outcome: 'UNKNOWN', reason: 'no_epoch' })
    while ((epochs.current(slot) ?? 0) < 9) await epochs.refresh()
    expect((await gate.admit(cartOf('h3', { [FIRST]: 1 }))).outcome).toBe('OK')
  })

  test(name('what an older epoch has left is removed, and nothing else'), async () => {
    const { gate, connection, prefix, epochs, slots } = await gateWith({ [FIRST]: {} })
    const slot = slotOf(FIRST) % slots
    const keys = gateKeys(prefix)
    await gate.admit(cartOf('h1', { [FIRST]: 1 }))
    await connection.del(keys.epoch(slot))
    await gate.admit(cartOf('h2', { [FIRST]: 1 }))
    const n = epochs.current(slot) ?? 0
    const left = async () => {
      const found = await Promise.all(
        mastersOf(connection).map((node) => node.keys(`${keys.slotPrefix(slot)}*`)),
      )
      return found.flat().sort()
    }
    const current = keys.of(slot, n)
    const expected = [current.epoch, current.h('h2'), current.k(FIRST), current.t(FIRST), current.tz].sort()
    await waitFor('only the current epoch is left', async () => (await left()).join() === expected.join())
    expect(await gate.admit(cartOf('h2', { [FIRST]: 1 }))).toMatchObject({ outcome: 'KNOWN' })
  })
}
