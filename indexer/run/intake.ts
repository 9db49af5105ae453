/**
 * Takes messages before anybody is ready for them: the server may send the first ones in the very packet that
 * starts the stream. They are copied, because their bytes belong to the socket, and handed on in order.
 */
import type { ReplicationHandlers } from '../adapters/replication.ts'

export type Intake = {
  readonly handlers: ReplicationHandlers
  /** Hand everything on, from the first message. Call once. */
  open(to: ReplicationHandlers): void
}

export function createIntake(): Intake {
  let early: ((to: ReplicationHandlers) => void)[] = []
  let receiver: ReplicationHandlers | null = null
  return {
    handlers: {
      message(payload) {
        if (receiver) return receiver.message(payload)
        const copy = Buffer.from(payload)
        early.push((to) => to.message(copy))
      },
      keepalive(end) {
        if (receiver) return receiver.keepalive(end)
        early.push((to) => to.keepalive(end))
      },
    },
    open(to) {
      receiver = to
      for (const deliver of early) deliver(to)
      early = []
    },
  }
}
