/** Secrets that the stack makes once for a checkout and keeps: password of Postgres, signing keys of cursors and tokens. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Secrets = z.object({
  postgres_password: z.string().min(1),
  cursor_secret: z.string().min(32),
  auth_key: z.string().min(32),
})
export type Secrets = z.infer<typeof Secrets>

/** What the api processes of one checkout share. */
export type ApiSecrets = Pick<Secrets, 'cursor_secret' | 'auth_key'>

/** Read them, or make them on the first run. The file is readable by its owner alone. */
export function keptSecrets(state: string): Secrets {
  const file = join(state, 'secrets.json')
  mkdirSync(state, { recursive: true })
  const made: Secrets = {
    postgres_password: randomBytes(18).toString('base64url'),
    cursor_secret: randomBytes(36).toString('base64url'),
    auth_key: randomBytes(36).toString('base64url'),
  }
  try {
    writeFileSync(file, JSON.stringify(made), { mode: 0o600, flag: 'wx' })
    return made
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === EEXIST)) throw thrown
  }
  const kept = JSON.parse(readFileSync(file, 'utf8'))
  const whole = Secrets.parse({ auth_key: made.auth_key, ...kept }) // a file of a version without that key
  if (kept.auth_key === undefined) writeFileSync(file, JSON.stringify(whole), { mode: 0o600 })
  return whole
}

const EEXIST = 'EEXIST'
