/** `bin/indexer COMMAND`: one file per command. */
import { setFlagsFromString } from 'node:v8'
import { runProgram } from '../src/command/command.ts'
import { interruptSignal } from '../src/command/interrupts.ts'
import { initCommand } from './cli/init.ts'
import { reindexCommand } from './cli/reindex.ts'
import { runCommand } from './cli/run.ts'
import { statusCommand } from './cli/status.ts'
import { verifyCommand } from './cli/verify.ts'

const commands = [runCommand, initCommand, reindexCommand, statusCommand, verifyCommand]

// A load makes garbage faster than the collector thinks it must hurry; bin/indexer says more to it at the start.
setFlagsFromString('--heap-growing-percent=40')

process.exitCode = await runProgram(
  'bin/indexer',
  'Keep the search index equal to the catalogue in Postgres.',
  commands,
  process.argv.slice(2),
  interruptSignal(),
)
