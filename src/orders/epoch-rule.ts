/**
 * When a slot of the gate gets a new epoch. What Redis knows may be lost or rolled back by a restart, a failover or a
 * FLUSHALL; a new epoch gives every key a new name, so that nothing from before is read again.
 */

/** Row of `inv.epoch`: the truth. `server_id` is empty before the first epoch. */
export type EpochRow = { readonly slot: number; readonly n: number; readonly server_id: string }

/** What Redis says of a slot. `current` null: the epoch key is absent. */
export type SeenServer = { readonly current: number | null; readonly serverId: string }

/** After a server's id: the epoch that was lost while the server stayed the same. */
const LOST = ':'

/** A restart changes the run id, a promotion the replication id. */
export function serverIdOf(runId: string, replicationId: string): string {
  return `${runId}.${replicationId}`
}

/**
 * The server id with which a new epoch begins; null: the one of the row stands. Every process that sees the same
 * gets the same text, so a guarded update lets one of them win.
 *
 * - another server: its id
 * - the same server without the key (FLUSHALL), or with a higher epoch than the row (Postgres was restored to an
 *   earlier time): its id and the epoch that cannot be used
 */
export function nextServerId(row: EpochRow, { current, serverId }: SeenServer): string | null {
  if (row.server_id.split(LOST)[0] !== serverId) return serverId
  if (current === null || current > row.n) return `${serverId}${LOST}${row.n}`
  return null
}
