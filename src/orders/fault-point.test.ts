import { expect, test } from 'vitest'
import { createFaultPoints, NO_FAULTS, parseFaults } from './fault-point.ts'

const never = () => {
  throw new Error('killed')
}

test('a fault text names a point, an act and the passing at which it happens', () => {
  expect(parseFaults('hold.before_commit:kill:3,pay.called:delay=250')).toEqual([
    { point: 'hold.before_commit', act: 'kill', ms: 0, nth: 3 },
    { point: 'pay.called', act: 'delay', ms: 250, nth: 0 },
  ])
  expect(parseFaults('')).toEqual([])
})

test('an unknown point or act is refused with the list of points', () => {
  for (const text of ['hold.nowhere:kill', 'hold.queued', 'hold.queued:melt', 'hold.queued:kill:x']) {
    expect(() => parseFaults(text)).toThrow(/points: hold\.after_admit/)
  }
})

test('a point kills at its passing alone, throws and drops at each', async () => {
  let kills = 0
  const points = createFaultPoints(
    parseFaults('hold.queued:kill:2,pay.row:throw,hold.before_settle:drop'),
    () => {
      kills += 1
    },
  )
  for (let passing = 0; passing < 3; passing += 1) expect(await points.at('hold.queued')).toBe('pass')
  expect(kills).toBe(1)
  await expect(points.at('pay.row')).rejects.toThrow('AISLE_FAULT at pay.row')
  expect([await points.at('hold.before_settle'), await points.at('hold.before_settle')]).toEqual([
    'drop',
    'drop',
  ])
  expect(await points.at('hold.after_commit')).toBe('pass')
})

test('without a fault every point is the one that does nothing', async () => {
  expect(createFaultPoints([], never)).toBe(NO_FAULTS)
  expect(await NO_FAULTS.at('hold.queued')).toBe('pass')
})
