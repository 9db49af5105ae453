import { describe, expect, test } from 'vitest'
import { Flights } from './flight.ts'

const never = () => new AbortController().signal
const AT = { watermark: 1, now: 0 }

describe('single flight', () => {
  test('a thousand callers of one key make one load', async () => {
    const flights = new Flights<number>()
    let loads = 0
    const { promise, resolve } = Promise.withResolvers<number>()
    const callers = Array.from({ length: 1_000 }, () =>
      flights.run(
        'k',
        AT,
        () => true,
        () => {
          loads += 1
          return promise
        },
        never(),
      ),
    )
    resolve(7)
    expect(new Set(await Promise.all(callers))).toEqual(new Set([7]))
    expect(loads).toBe(1)
    expect(flights.size).toBe(0)
  })

  test('a caller who may not join begins a load of its own', async () => {
    const flights = new Flights<string>()
    const first = Promise.withResolvers<string>()
    const old = flights.run(
      'k',
      AT,
      () => true,
      () => first.promise,
      never(),
    )
    const young = flights.run(
      'k',
      { watermark: 2, now: 0 },
      (stamp) => stamp >= 2,
      () => Promise.resolve('new'),
      never(),
    )
    expect(await young).toBe('new')
    first.resolve('old')
    expect(await old).toBe('old')
  })

  test('one caller leaving does not end the load of the other, the last one leaving does', async () => {
    const flights = new Flights<string>()
    const [leaving, staying] = [new AbortController(), new AbortController()]
    let unwanted: AbortSignal | undefined
    const load = (signal: AbortSignal) => {
      unwanted = signal
      return new Promise<string>(() => undefined)
    }
    const left = flights.run('k', AT, () => true, load, leaving.signal)
    const stayed = flights.run('k', AT, () => true, load, staying.signal)
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    expect(unwanted?.aborted).toBe(false)
    staying.abort(new Error('gone too'))
    await expect(stayed).rejects.toThrow('gone too')
    expect(unwanted?.aborted).toBe(true)
  })
})
