/** `bin/aisle token`: an access token for a person of the shop, until accounts exist; also good for a look at the API. */
import { signingKeys } from '../auth/signing-key.ts'
import { createTokens, ROLES, TOKEN_ISSUER, TOKEN_LIFE_S } from '../auth/token.ts'
import { type Command, EXIT } from '../command/command.ts'
import { ExitError } from '../errors.ts'
import { configOf } from './environment.ts'

/** A shift. */
const MINUTES_MAX = 720

export const tokenCommand: Command = {
  name: 'token',
  about: 'Print an access token, for Authorization: Bearer; whoever has it is that person until it ends',
  options: {
    role: { type: 'string', value: 'ROLE', about: `What it allows: ${ROLES.join(', ')}` },
    subject: {
      type: 'string',
      value: 'NAME',
      about: 'Who it is for; the ledger names it',
      fallback: 'staff',
    },
    minutes: {
      type: 'string',
      value: 'N',
      about: `How long it is good, at most ${MINUTES_MAX}`,
      fallback: String(TOKEN_LIFE_S / 60),
    },
    json: { type: 'boolean', about: 'Print { token, subject, role, expires_at }' },
  },
  exits: { 78: 'configuration, or no AISLE_AUTH_KEY' },
  examples: ['bin/aisle token --role orders --subject anna --minutes 60'],
  async run(args) {
    const config = configOf(process.env)
    const role = ROLES.find((known) => known === args.text('role'))
    const minutes = args.integer('minutes', 1)
    if (role === undefined) throw new ExitError(EXIT.usage, `--role: expected one of ${ROLES.join(', ')}`)
    if (minutes > MINUTES_MAX) throw new ExitError(EXIT.usage, `--minutes: at most ${MINUTES_MAX} expected`)
    if (config.AISLE_AUTH_KEY.length === 0) {
      throw new ExitError(EXIT_NO_KEY, 'AISLE_AUTH_KEY is needed: the text that the api processes have')
    }
    const tokens = createTokens({
      keys: signingKeys(config.AISLE_AUTH_KEY),
      issuer: TOKEN_ISSUER,
      audience: config.AISLE_NAMESPACE,
      now: () => Date.now() / 1_000,
    })
    const { token, identity } = await tokens.issue(args.text('subject') ?? 'staff', role, minutes * 60)
    const expires_at = new Date(identity.expires_at * 1_000).toISOString()
    console.log(
      args.flag('json') ? JSON.stringify({ token, subject: identity.subject, role, expires_at }) : token,
    )
    return EXIT.done
  },
}

const EXIT_NO_KEY = 78
