/**
 * The configuration of a process, with secrets from files as containers mount them: `AISLE_AUTH_KEY_FILE` names a file
 * whose content is `AISLE_AUTH_KEY`. Only secrets are read so; what is no secret belongs where everybody can see it.
 */
import { readFileSync } from 'node:fs'
import {
  type ConfigProblem,
  type ConfigResult,
  type ConfigRole,
  isFileOfSecret,
  parseConfig,
} from './config.ts'
import { messageOf } from './errors.ts'

type Env = Readonly<Record<string, string | undefined>>

/** All that is wrong at once, files that cannot be read among it. */
export function loadConfig(env: Env, role: ConfigRole): ConfigResult {
  const problems: ConfigProblem[] = []
  const found: Record<string, string> = {}
  for (const [fileName, path] of Object.entries(env)) {
    if (!isFileOfSecret(fileName) || !path) continue
    const name = fileName.replace(/_FILE$/, '')
    if (env[name]) problems.push({ name: fileName, expected: `nothing beside ${name}`, given: 'both' })
    try {
      found[name] = readFileSync(path, 'utf8').trim()
    } catch (thrown) {
      problems.push({ name: fileName, expected: 'a file that can be read', given: messageOf(thrown) })
    }
  }
  const result = parseConfig({ ...env, ...found }, role)
  if (problems.length === 0) return result
  return { ok: false, problems: [...problems, ...(result.ok ? [] : result.problems)] }
}
