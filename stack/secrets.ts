/** Secrets that the stack makes once for a checkout and keeps: password of Postgres, signing key of cursors. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Secrets = z.object({ postgres_password: z.string().min(1), cursor_secret: z.string().min(32) })
export type Secrets = z.infer<typeof Secrets>

/** Read them, or make them on the first run. The file is readable by its owner alone. */
export function keptSecrets(state: string): Secrets {
  const file = join(state, 'secrets.json')
  mkdirSync(state, { recursive: true })
  try {
    const made: Secrets = {
      postgres_password: randomBytes(18).toString('base64url'),
      cursor_secret: randomBytes(36).toString('base64url'),
    }
    writeFileSync(file, JSON.stringify(made), { mode: 0o600, flag: 'wx' })
    return made
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === EEXIST)) throw thrown
    return Secrets.parse(JSON.parse(readFileSync(file, 'utf8')))
  }
}

const EEXIST = 'EEXIST'
