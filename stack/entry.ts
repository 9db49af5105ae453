/** How every entry of the stack ends: with its exit code, and why in words. */
import { EXIT } from '../src/command/command.ts'
import { ExitError, messageOf } from '../src/errors.ts'

/** @param main gives the exit code. Ends the process whatever is still open: what it started is stopped by then. */
export async function runEntry(main: () => Promise<number>): Promise<never> {
  try {
    process.exit(await main())
  } catch (thrown) {
    console.error(messageOf(thrown))
    process.exit(thrown instanceof ExitError ? thrown.exitCode : EXIT.differences)
  }
}
