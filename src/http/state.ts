/** Whether this process takes requests, and how its servers are. Read by probes, written by the entry file. */

export type Phase = 'starting' | 'ready' | 'draining'
export type DependencyState = 'up' | 'down' | 'unknown'

export type ProcessState = {
  phase: Phase
  /** State by name of the server, as last seen. */
  readonly dependencies: Map<string, DependencyState>
}

export function startingState(names: readonly string[]): ProcessState {
  return { phase: 'starting', dependencies: new Map(names.map((name) => [name, 'unknown'])) }
}
