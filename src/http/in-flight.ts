/** Requests that a process works on, by class, against the cap of each. */
import type { Metrics } from '../telemetry/metrics.ts'
import { type ClassLimits, ROUTE_CLASSES, type RouteClass } from './classes.ts'

export type InFlight = {
  isFull(routeClass: RouteClass): boolean
  enter(routeClass: RouteClass): void
  leave(routeClass: RouteClass): void
  /** Note that one was turned away because its class is full. */
  refused(routeClass: RouteClass): void
}

export function createInFlight(limits: ClassLimits, metrics: Metrics): InFlight {
  const running = Object.fromEntries(ROUTE_CLASSES.map((name) => [name, 0])) as Record<RouteClass, number>
  const change = (routeClass: RouteClass, by: 1 | -1) => {
    running[routeClass] += by
    metrics.set('http_requests_in_flight', running[routeClass], { class: routeClass })
  }
  return {
    isFull: (routeClass) => running[routeClass] >= limits[routeClass].inFlight,
    enter: (routeClass) => change(routeClass, 1),
    leave: (routeClass) => change(routeClass, -1),
    refused: (routeClass) => metrics.count('http_refused_total', { class: routeClass, reason: 'in_flight' }),
  }
}
