import { expect, test } from 'vitest'
import { clusterSlot } from '../../test/support/cluster-slot.ts'
import { TOPICS } from '../catalog/topics.ts'
import { topicKeys } from './keys.ts'

test('the stream of a topic and what it ends with are in one slot of a cluster, two topics in two', () => {
  const slots = TOPICS.map((topic) => {
    const { stream, place } = topicKeys('shop:', topic)
    expect(clusterSlot(place)).toBe(clusterSlot(stream))
    return clusterSlot(stream)
  })
  expect(new Set(slots).size).toBe(TOPICS.length)
})
