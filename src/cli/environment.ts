/** The checked configuration of a command, or a stop with the whole report. */
import { type Config, configReport, EXIT_CONFIG } from '../config.ts'
import { ExitError } from '../errors.ts'
import { loadConfig } from '../load-config.ts'

/**
 * @param env the process's environment
 * @throws ExitError(78) with every problem at once
 */
export function configOf(env: NodeJS.ProcessEnv): Config {
  const result = loadConfig(env, 'other')
  if (!result.ok) throw new ExitError(EXIT_CONFIG, configReport(result.problems))
  return result.config
}
