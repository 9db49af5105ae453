import { describe, expect, test } from 'vitest'
import { createLedger } from './ledger.ts'
import { createWaiting, untilDue } from './waiting.ts'

function world() {
  const ledger = createLedger(0n)
  const waiting = createWaiting(ledger)
  return { ledger, waiting, dirty: (id: string) => waiting.addHot(id, ledger.current) }
}

describe('the waiting set', () => {
  test('an id that changes many times waits once, under its oldest epoch', () => {
    const { ledger, waiting, dirty } = world()
    dirty('1')
    ledger.committed(10n)
    dirty('1')
    ledger.committed(20n)
    const taken = waiting.take(10)
    expect(taken.map((entry) => entry.id)).toEqual(['1'])
    waiting.done(taken)
    expect(ledger.durable).toBe(20n)
  })

  test('a change that comes while its id is being written waits again and holds its own commit', () => {
    const { ledger, waiting, dirty } = world()
    dirty('1')
    ledger.committed(10n)
    const first = waiting.take(10)
    dirty('1')
    ledger.committed(20n)
    waiting.done(first)
    expect(ledger.durable).toBe(10n)
    waiting.done(waiting.take(10))
    expect(ledger.durable).toBe(20n)
  })

  test('an id found for an older commit moves to that commit', () => {
    const { ledger, waiting, dirty } = world()
    const old = ledger.current
    ledger.hold(old) // a category whose items are being looked up
    ledger.committed(10n)
    ledger.turn()
    dirty('1')
    ledger.committed(20n)
    waiting.addHot('1', old)
    ledger.release(old)
    expect(ledger.durable).toBe(0n)
    waiting.done(waiting.take(10))
    expect(ledger.durable).toBe(20n)
  })

  test('changes go before cold ids', () => {
    const { waiting, dirty } = world()
    waiting.addCold('cold', { left: 0, done: () => undefined })
    dirty('hot')
    expect([waiting.take(10), waiting.take(10)].map((batch) => batch.map((entry) => entry.id))).toEqual([
      ['hot'],
      ['cold'],
    ])
  })

  test('cold ids are not starved by a stream that never rests', () => {
    const { waiting, dirty } = world()
    waiting.addCold('cold', { left: 0, done: () => undefined })
    const order: string[] = []
    for (let i = 0; i < 12; i++) {
      dirty(`hot ${i}`)
      order.push(...waiting.take(1).map((entry) => entry.id))
    }
    expect(order).toContain('cold')
  })

  test('a change of a cold id serves both', () => {
    const { waiting, dirty } = world()
    const done: string[] = []
    waiting.addCold('1', { left: 0, done: () => done.push('page') })
    dirty('1')
    waiting.done(waiting.take(10))
    expect([done, waiting.cold]).toEqual([['page'], 0])
  })

  test('a page is done with the last of its ids', () => {
    const { waiting } = world()
    let isDone = false
    const page = { left: 0, done: () => (isDone = true) }
    for (const id of ['1', '2']) waiting.addCold(id, page)
    waiting.done(waiting.take(1))
    expect(isDone).toBe(false)
    waiting.done(waiting.take(1))
    expect(isDone).toBe(true)
  })
})

test('a batch is due when it is full, when nothing is under way, or when its first id has waited', () => {
  const rule = { maxIds: 500, lingerMs: 20 }
  expect([
    untilDue(rule, 500, 0, false),
    untilDue(rule, 1, 0, true),
    untilDue(rule, 1, 5, false),
    untilDue(rule, 1, 25, false),
  ]).toEqual([0, 0, 15, 0])
})
