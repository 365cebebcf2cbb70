import type { Nats } from '../../clients'
import { logger } from '../../platform'

/** Tells viewers that alerts changed. The store has the truth already: a lost message only delays a screen. */
export function announceAlerts({ nc }: Nats): void {
  try {
    nc.publish('views.alerts', JSON.stringify({ kind: 'alerts' }))
  } catch (error) {
    logger('alerts').warn({ err: error }, 'viewers were not told that alerts changed')
  }
}
