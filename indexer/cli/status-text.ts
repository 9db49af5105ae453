/** A look at the indexer as lines for people. */
import type { IndexStatus } from '../adapters/status-indices.ts'
import type { PostgresStatus } from '../adapters/status-postgres.ts'
import { bytesText, type SlotStatus, secondsText } from '../core/status.ts'
import type { Look } from './status-look.ts'

export function statusLines(look: Look): string[] {
  const { postgres } = look
  return [
    ...Object.entries(look.down).map(([server, reason]) => `${server} is down: ${reason}`),
    row('indexer', runningText(look)),
    row('lag', lagText(look)),
    ...(postgres ? slotLines(postgres.slots, look.seconds_to_loss) : []),
    ...(look.indices ? indexLines(look, look.indices) : []),
    ...(postgres ? workLines(postgres) : []),
  ]
}

function row(label: string, text: string): string {
  return `${label.padEnd(10)}${text}`
}

function runningText({ is_running, postgres }: Look): string {
  if (is_running === null) return 'unknown: Postgres is down'
  if (is_running) return 'running'
  return postgres?.slots[0]?.own ? 'not running: nobody reads the slot' : 'not running: there is no slot yet'
}

function lagText({ lag }: Look): string {
  if (lag.seconds === null) return 'unknown'
  if (lag.seconds === 0) return 'none'
  return lag.is_at_least ? `at least ${secondsText(lag.seconds)}` : secondsText(lag.seconds)
}

function slotLines(slots: readonly SlotStatus[], secondsToLoss: number | null): string[] {
  return slots.map((slot) => {
    const room = slot.safe_bytes === null ? '' : `, may grow by ${bytesText(slot.safe_bytes)}`
    const loss =
      slot.own && secondsToLoss !== null ? `, lost in ${secondsText(secondsToLoss)} at this rate` : ''
    const why = slot.invalidation_reason ? ` (${slot.invalidation_reason})` : ''
    return row(
      slot.own ? 'slot' : 'other slot',
      `${slot.name}: ${slot.active ? 'active' : 'inactive'}, ${slot.wal_status ?? 'lost'}${why}, ` +
        `${bytesText(slot.lag_bytes)} behind, keeps ${bytesText(slot.retained_bytes)} of WAL${room}${loss}`,
    )
  })
}

function indexLines(look: Look, indices: readonly IndexStatus[]): string[] {
  if (indices.length === 0) return [row('index', 'none yet')]
  return indices.map((index) => {
    const rows = index.is_live && look.postgres ? ` of ${rowsText(look.postgres)}` : ''
    const mapping =
      index.mapping_version === look.mapping_version
        ? ''
        : `, mapping ${index.mapping_version ?? 'unknown'} is not ${look.mapping_version}`
    const load = index.load_progress < 1 ? `, ${Math.floor(index.load_progress * 100)} % loaded` : ''
    const keep = index.keep_until ? `, kept until ${index.keep_until}` : ''
    const role = index.is_live ? 'live' : (index.phase ?? 'unknown to the indexer')
    return row(
      'index',
      `${index.index}: ${role}, ${index.documents}${rows} documents, at ${index.position ?? 'no position'}` +
        `${load}${keep}${mapping}`,
    )
  })
}

function rowsText({ rows }: PostgresStatus): string {
  return rows.is_estimate ? `about ${rows.n}` : String(rows.n)
}

function workLines({ build, jobs, dead }: PostgresStatus): string[] {
  const lines = jobs.map((job) =>
    row('job', `${job.source} ${job.keys.join(', ')}: ${job.done} of ${job.total ?? 'unknown'} documents`),
  )
  if (build && build.state !== 'done') {
    const message = build.message ? `: ${build.message}` : ''
    const share = `${Math.floor(build.progress * 100)} %, ${build.documents} documents`
    lines.push(
      row('build', `${build.state}, ${build.phase ?? 'not begun'}, ${share} (${build.reason})${message}`),
    )
  }
  if (dead.n > 0) {
    lines.push(
      row(
        'dead',
        `${dead.n} documents that Elasticsearch refuses; the last at ${dead.last_at}: ${dead.last}`,
      ),
    )
  }
  return lines
}
