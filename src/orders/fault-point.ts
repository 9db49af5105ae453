/**
 * Places where a test may break the order path: kill the process, throw, wait, or lose what would come next. Each place
 * lies between two effects; whatever happens there must leave nothing that is not repaired (order design, section 8).
 * The names are a closed list. In production the switch does nothing.
 */
import { setTimeout as pause } from 'node:timers/promises'

export const FAULT_POINTS = [
  'hold.after_admit',
  'hold.queued',
  'hold.before_begin',
  'hold.before_commit',
  'hold.after_commit',
  'hold.before_settle',
  'hold.after_settle',
  'hold.before_answer',
  'pay.row',
  'pay.called',
  'pay.result',
  'webhook.received',
  'webhook.committed',
  'sweep.closing',
  'sweep.cancelled',
  'void.inserted',
  'reconcile.snapshot',
  'saga.directory',
  'saga.part',
  'saga.before_seal',
  'saga.sealed',
  'saga.part_confirmed',
] as const
export type FaultPoint = (typeof FAULT_POINTS)[number]

/** `drop`: leave out the effect that would follow. */
export type FaultVerdict = 'pass' | 'drop'

export type FaultPoints = {
  /** Called where the point is. @throws Error at a point that is to throw */
  at(point: FaultPoint): Promise<FaultVerdict>
}

/** Nothing ever breaks. */
export const NO_FAULTS: FaultPoints = { at: () => PASS }

const PASS = Promise.resolve<FaultVerdict>('pass')

export type Fault = {
  readonly point: FaultPoint
  readonly act: 'kill' | 'throw' | 'drop' | 'delay'
  /** Of a delay. */
  readonly ms: number
  /** At this passing alone, counted from 1; 0: at each. */
  readonly nth: number
}

const FORM = /^([a-z_.]+):(kill|throw|drop|delay=(\d{1,6}))(?::(\d{1,9}))?$/

/**
 * @param text `point:act[:nth]` with act `kill`, `throw`, `drop` or `delay=MS`; several separated by commas; '' is none
 * @throws RangeError for anything else
 */
export function parseFaults(text: string): readonly Fault[] {
  const parts = text.split(',').filter((part) => part !== '')
  return parts.map((part) => {
    const [, name, act = '', ms = '0', nth = '0'] = FORM.exec(part) ?? []
    const point = FAULT_POINTS.find((known) => known === name)
    if (point === undefined) {
      throw new RangeError(
        `AISLE_FAULT: expected point:kill|throw|drop|delay=MS[:nth], got ${JSON.stringify(part)}; points: ${FAULT_POINTS.join(' ')}`,
      )
    }
    return { point, act: act.split('=')[0] as Fault['act'], ms: Number(ms), nth: Number(nth) }
  })
}

/**
 * @param faults from `parseFaults`
 * @param kill ends this process at once, as SIGKILL does
 */
export function createFaultPoints(faults: readonly Fault[], kill: () => void): FaultPoints {
  if (faults.length === 0) return NO_FAULTS
  const passed = new Map<FaultPoint, number>()
  return {
    async at(point) {
      const count = (passed.get(point) ?? 0) + 1
      passed.set(point, count)
      let verdict: FaultVerdict = 'pass'
      for (const fault of faults) {
        if (fault.point !== point || (fault.nth !== 0 && fault.nth !== count)) continue
        if (fault.act === 'kill') kill()
        if (fault.act === 'throw') throw new Error(`AISLE_FAULT at ${point}`)
        if (fault.act === 'delay') await pause(fault.ms)
        if (fault.act === 'drop') verdict = 'drop'
      }
      return verdict
    },
  }
}
