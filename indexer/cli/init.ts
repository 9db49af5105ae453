/** `bin/indexer init`: slot, index, first load, alias; done when search reads a complete index. */
import { type Command, EXIT } from '../../src/command/command.ts'
import { leadUntilStopped } from '../run/leader.ts'
import { configOf } from './environment.ts'
import { followBuild } from './follow-build.ts'
import { withContext } from './with-context.ts'

export const initCommand: Command = {
  name: 'init',
  about: 'Make the slot and the first index and load it; goes on where an earlier call stopped',
  options: {
    rate: { type: 'string', value: 'ROWS', about: 'Most rows per second; 0: no limit', fallback: '0' },
    json: { type: 'boolean', about: 'Print the build as one JSON object at the end' },
  },
  exits: {
    3: 'the database is not migrated',
    4: 'halted: a person is needed, the message says for what',
    5: 'another instance leads',
    78: 'configuration',
    130: 'stopped; the next call goes on',
  },
  async run(args, signal) {
    const config = configOf(process.env)
    const rate = args.integer('rate', 0)
    return await withContext({ config, logLevel: 'warn' }, async (context) => {
      const following = followBuild(context, signal)
      await leadUntilStopped(context, { goal: 'live', standsBy: false, rate }, signal)
      const build = await following.stop()
      if (args.flag('json')) console.log(JSON.stringify(build))
      else if (!signal.aborted) console.log(`search reads ${build?.index ?? 'its index'}`)
      return signal.aborted ? EXIT.stopped : EXIT.done
    })
  },
}
