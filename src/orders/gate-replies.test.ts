import { describe, expect, test } from 'vitest'
import { readScript } from '../redis/scripts.ts'
import {
  parseAdmit,
  parseCompare,
  parseDelta,
  parseEnded,
  parseEpoch,
  parseLoad,
  parseOverdue,
} from './gate-replies.ts'

const PARSERS = {
  admit: parseAdmit,
  settle: parseEnded,
  abort: parseEnded,
  delta: parseDelta,
  load: parseLoad,
  reconcile: parseCompare,
  epoch: parseEpoch,
  overdue: parseOverdue,
} as const

describe('replies of the gate', () => {
  test.each(Object.entries(PARSERS))(
    'every word that %s may return has a meaning, and no other',
    (script, parse) => {
      for (const word of readScript(script).returns) expect(() => parse([word, '1', '2'])).not.toThrow()
      expect(() => parse(['NOT-A-WORD'])).toThrow(/NOT-A-WORD/)
    },
  )

  test('numbers that Redis gives as texts become numbers', () => {
    expect(parseAdmit(['SHORT', 2, 'A', 0, '12', 'B', 2, '7'])).toEqual({
      word: 'SHORT',
      could: 2,
      short: [
        { sku: 'A', available: 0, ver: 12 },
        { sku: 'B', available: 2, ver: 7 },
      ],
    })
    expect(parseCompare(['OK', '5', 4, '10', '12', 1, '11', '12'])).toEqual({
      word: 'OK',
      before: 5,
      expected: 4,
      rv: 10,
      pv: 12,
      seen: 1,
      applied: [11, 12],
    })
  })

  test('an epoch key that is absent is no number', () => {
    expect(parseAdmit(['NOEPOCH', ''])).toEqual({ word: 'NOEPOCH', current: null })
    expect(parseEpoch(['OK', '', 'run', 'repl'])).toEqual({
      current: null,
      runId: 'run',
      replicationId: 'repl',
    })
  })
})
