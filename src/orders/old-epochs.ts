/**
 * Removes what older epochs of the gate have left in Redis. Their keys are never read again and never expire, for
 * nothing in the gate does; a Redis that was restarted with its data would keep them for good.
 */
import type { Cluster, GateConnection, Redis } from '../redis/connection.ts'
import type { GateKeys } from '../redis/keys.ts'

/** Keys of one SCAN; about a millisecond of Redis. */
const PAGE = 1_000

/**
 * @param slot whose keys are looked for @param n current epoch: keys of lower ones go, those of higher ones stay
 * @returns keys removed
 * @throws what Redis throws; it may be done again
 */
export async function removeOldEpochs(
  connection: GateConnection,
  keys: GateKeys,
  slot: number,
  n: number,
): Promise<number> {
  let removed = 0
  for (const node of nodesOf(connection)) {
    let cursor = '0'
    do {
      const [next, found] = await node.scan(cursor, 'MATCH', `${keys.slotPrefix(slot)}*`, 'COUNT', PAGE)
      const old = found.filter((key) => epochOf(key, keys.slotPrefix(slot)) < n)
      if (old.length > 0) removed += await node.unlink(...old)
      cursor = next
    } while (cursor !== '0')
  }
  return removed
}

function nodesOf(connection: GateConnection): readonly Redis[] {
  return connection.isCluster ? (connection as Cluster).nodes('master') : [connection as Redis]
}

/** Not a number, which is below nothing, for the key `epoch` itself. */
function epochOf(key: string, slotPrefix: string): number {
  return Number(key.slice(slotPrefix.length).split(':')[0])
}
