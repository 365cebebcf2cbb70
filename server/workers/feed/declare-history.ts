import { audit, listPipelines } from '../../control'
import type { Nats, Pool } from '../../clients'
import { systemClock } from '../../platform'
import { addCorrection, addSilence } from '../../slo'

const minuteMs = 60_000
const loadMs = 3 * minuteMs
const actor = 'sample feed'
const reason = 'The sample feed loads two hours of history at once.'

/** Loading history is planned work, and is declared as such: what waits for it is nobody's fault. */
export async function declareHistory(deps: { pool: Pool; nats: Nats }, type: string): Promise<void> {
  const console = {
    ...deps,
    clock: systemClock,
    trail: (...[client, entry]: [Parameters<typeof audit>[0], Parameters<typeof audit>[2]]) =>
      audit(client, systemClock, entry),
  }
  const now = systemClock.now()
  const from = Math.floor(now / minuteMs) * minuteMs
  const readers = (await listPipelines(console)).filter(({ eventType }) => eventType === type)
  for (const { name: pipeline } of readers) {
    const shared = { reason, actor, recurrence: null }
    await addCorrection(console, {
      ...shared,
      pipeline,
      objectives: [],
      category: 'planned work',
      from,
      to: from + loadMs + minuteMs,
    })
    await addSilence(console, {
      ...shared,
      kind: 'maintenance',
      match: { pipeline },
      startsAt: now,
      endsAt: now + loadMs,
    })
  }
}
