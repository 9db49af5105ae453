/** Secrets that the stack makes once for a checkout and keeps: password of Postgres, keys that sign cursors, tokens, webhooks. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Secrets = z.object({
  postgres_password: z.string().min(1),
  cursor_secret: z.string().min(32),
  auth_key: z.string().min(32),
  payment_secret: z.string().min(32),
})
export type Secrets = z.infer<typeof Secrets>

/** What the api processes of one checkout share. */
export type ApiSecrets = Omit<Secrets, 'postgres_password'>

/** Read them, or make them on the first run. The file is readable by its owner alone. */
export function keptSecrets(state: string): Secrets {
  const file = join(state, 'secrets.json')
  mkdirSync(state, { recursive: true })
  const made: Secrets = {
    postgres_password: randomBytes(18).toString('base64url'),
    cursor_secret: randomBytes(36).toString('base64url'),
    auth_key: randomBytes(36).toString('base64url'),
    payment_secret: randomBytes(36).toString('base64url'),
  }
  try {
    writeFileSync(file, JSON.stringify(made), { mode: 0o600, flag: 'wx' })
    return made
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === EEXIST)) throw thrown
  }
  const kept = JSON.parse(readFileSync(file, 'utf8'))
  const whole = Secrets.parse({ ...made, ...kept }) // a file of an older version has fewer of them
  if (Object.keys(made).some((name) => kept[name] === undefined))
    writeFileSync(file, JSON.stringify(whole), { mode: 0o600 })
  return whole
}

const EEXIST = 'EEXIST'
