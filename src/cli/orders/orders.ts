/** `bin/aisle orders COMMAND`: stock, holds and orders for the person who runs the shop. */
import type { Group } from '../../command/command.ts'
import { firstCountCommand } from './first-count.ts'
import { receiveCommand } from './receive.ts'
import { reconcileCommand } from './reconcile.ts'
import { replayCommand } from './replay-events.ts'
import { stockCommand } from './stock.ts'
import { verifyCommand } from './verify.ts'

export const ordersCommands: Group = {
  name: 'orders',
  about: 'Look after stock and orders: reconcile, verify, replay-events, stock, receive, first-count',
  commands: [reconcileCommand, verifyCommand, replayCommand, stockCommand, receiveCommand, firstCountCommand],
}
