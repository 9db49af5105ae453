/** `bin/indexer COMMAND`: one file per command. */
import { runProgram } from '../src/command/command.ts'
import { interruptSignal } from '../src/command/interrupts.ts'
import { statusCommand } from './cli/status.ts'
import { verifyCommand } from './cli/verify.ts'

const commands = [statusCommand, verifyCommand]

process.exitCode = await runProgram(
  'bin/indexer',
  'Keep the search index equal to the catalogue in Postgres.',
  commands,
  process.argv.slice(2),
  interruptSignal(),
)
