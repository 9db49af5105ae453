/** `bin/aisle COMMAND`: one file per command. */

import { runProgram } from '../command/command.ts'
import { interruptSignal } from '../command/interrupts.ts'
import { evalCommand } from './eval.ts'
import { importCommand } from './import.ts'
import { migrateCommand } from './migrate.ts'
import { ordersCommands } from './orders/orders.ts'
import { seedCommand } from './seed.ts'
import { statusCommand } from './status.ts'
import { tokenCommand } from './token.ts'

const commands = [
  migrateCommand,
  importCommand,
  seedCommand,
  statusCommand,
  ordersCommands,
  evalCommand,
  tokenCommand,
]

process.exitCode = await runProgram(
  'bin/aisle',
  'Load, run and look into the catalogue.',
  commands,
  process.argv.slice(2),
  interruptSignal(),
)
