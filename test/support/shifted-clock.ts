/**
 * Preloaded into a process of a test: its clock on the wall is off by CLOCK_SHIFT_MS. The monotonic clock and timers are
 * right, as on a machine whose time was set wrong.
 */
const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0)
const now = () => RealDate.now() + shiftMs
const RealDate = Date

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, as) => Reflect.construct(target, given.length === 0 ? [now()] : given, as),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})
