import type { Nats } from '../clients'
import { logger } from '../platform'
import type { Published } from '../serving'
import type { JobView } from './model'

/** Tells viewers and workers what changed. Postgres has the truth already: a lost message only delays a screen. */
export function announceJob(
  { nc }: Nats,
  job: Pick<JobView, 'id' | 'pipeline' | 'status' | 'progress'>,
): void {
  publish(nc, 'views.jobs', {
    kind: 'job',
    id: job.id,
    pipeline: job.pipeline,
    status: job.status,
    progress: job.progress,
  })
}

export function announcePublication({ nc }: Nats, published: Published): void {
  publish(nc, `views.${published.pipeline}`, {
    kind: 'publication',
    computeId: published.computeId,
    publication: published.publication,
    boundary: published.boundary,
    ranges: [...published.added, ...published.replaced].map(({ from, to }) => [from, to]),
  })
}

/** Alerts or incidents changed: who shows them reads them again. */
export function announceAlerts({ nc }: Nats): void {
  publish(nc, 'views.alerts', { kind: 'alerts' })
}

function publish(nc: Nats['nc'], subject: string, message: Record<string, unknown>): void {
  try {
    nc.publish(subject, JSON.stringify(message))
  } catch (error) {
    logger('control').warn({ err: error, subject }, 'a view message was not published')
  }
}
