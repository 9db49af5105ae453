/** `bin/aisle migrate`: bring the database to this version. */
import { type Command, EXIT } from '../command/command.ts'
import { migrate } from '../postgres/migrate.ts'
import { createPool } from '../postgres/pool.ts'
import { configOf } from './environment.ts'

export const migrateCommand: Command = {
  name: 'migrate',
  about: 'Bring the database to this version; running it again changes nothing',
  options: {
    json: { type: 'boolean', about: 'Print { applied: [name] } instead of text' },
  },
  exits: {
    4: 'an applied migration was edited, or the database is newer than this version',
    78: 'configuration',
  },
  async run(args) {
    const config = configOf(process.env)
    const pool = createPool({
      url: config.DATABASE_URL,
      applicationName: 'aisle-migrate',
      size: 1,
      statementTimeoutMs: 600_000,
    })
    try {
      const applied = await migrate(pool)
      if (args.flag('json')) console.log(JSON.stringify({ applied }))
      else
        console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`)
      return EXIT.done
    } finally {
      await pool.end()
    }
  },
}
