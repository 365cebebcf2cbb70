import { z } from 'zod'
import { schemaSubjectsOf } from '../../explain/schema-subjects'
import { definitionOf } from '../../pipeline-info'
import { listProducers } from '../../producers'
import { requirePipeline } from '../../require-pipeline'
import {
  readDeadLetters,
  readDuplicates,
  readHoles,
  readLateWaiting,
  readQuarantined,
  readSchema,
} from '../facts-store'
import { minuteMs, minutesArg, namedQuery, pipelineArg, rangeArgs } from './query'
import { count, seconds, share } from './words'

const duplicates = namedQuery({
  doc: 'Share of a pipeline’s events of the last minutes that were duplicates.',
  args: z.strictObject({ pipeline: pipelineArg, minutes: minutesArg(15) }),
  fields: { events: 'number', duplicates: 'number', share: 'number' },
  read: ({ pool, clock }, { pipeline, minutes }) =>
    readDuplicates(pool, pipeline, clock.now() - minutes * minuteMs),
  tell: ({ events, duplicates: found, share: part }, { minutes }) =>
    `${count(found, 'duplicate')} among ${count(events, 'event')} of the last ${minutes} min (${share(part)}).`,
})

const producer = namedQuery({
  doc: 'The producer with most duplicates in the last hour, or a named one; whether it is in quarantine.',
  args: z.strictObject({ pipeline: pipelineArg, producer: z.string().max(1_024).optional() }),
  fields: {
    source: 'string',
    events: 'number',
    duplicates: 'number',
    share: 'number',
    quarantined: 'boolean',
    kept: 'number',
    waiting: 'boolean',
  },
  async read(deps, { pipeline, producer: wanted }) {
    const { producers } = await listProducers(deps, pipeline, AbortSignal.timeout(30_000))
    const named = wanted === undefined ? undefined : producers.find(({ source }) => source === wanted)
    const [worst] = [...producers].sort((a, b) => (b.duplicates ?? 0) - (a.duplicates ?? 0))
    const found = wanted === undefined ? worst : named
    const held = found?.quarantine ?? null
    return {
      source: found?.source ?? wanted ?? null,
      events: found?.events ?? 0,
      duplicates: found?.duplicates ?? (found ? null : 0),
      share: found && found.events > 0 && found.duplicates !== null ? found.duplicates / found.events : null,
      quarantined: held !== null && held.releasedAt === null,
      kept: held?.kept ?? 0,
      waiting: held !== null,
    }
  },
  tell: ({ source, events, duplicates: found, quarantined, kept }) =>
    source === null
      ? 'No producer sent events in the last hour.'
      : `${source}: ${count(found, 'duplicate')} among ${count(events, 'event')} of the last hour; ${quarantined === true ? `in quarantine, ${count(kept, 'event')} kept aside` : 'not in quarantine'}.`,
})

const quarantined = namedQuery({
  doc: 'Producers of a pipeline whose events are kept aside.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: { count: 'number', kept: 'number', being_put_back: 'number', sources: 'string' },
  async read({ pool }, { pipeline }) {
    const { eventType } = definitionOf(await requirePipeline({ pool }, pipeline))
    return readQuarantined(pool, eventType)
  },
  tell: ({ count: held, kept, sources }) =>
    held === 0
      ? 'No producer is in quarantine.'
      : `${sources ?? ''} in quarantine, ${count(kept, 'event')} kept aside.`,
})

const deadLetters = namedQuery({
  doc: 'Events of a pipeline’s type that could not be taken in, in the last minutes.',
  args: z.strictObject({ pipeline: pipelineArg, minutes: minutesArg(15) }),
  fields: { count: 'number', refused: 'number', code: 'string', source: 'string', reason: 'string' },
  async read({ pool, clock }, { pipeline, minutes }) {
    const { eventType } = definitionOf(await requirePipeline({ pool }, pipeline))
    return readDeadLetters(pool, eventType, clock.now() - minutes * minuteMs)
  },
  tell: ({ count: found, refused, code, source, reason }, { minutes }) =>
    found === 0
      ? `No dead letter in the last ${minutes} min; the gateway refused ${count(refused, 'event')}.`
      : `${count(found, 'dead letter')} in the last ${minutes} min, mostly ${code ?? ''} from ${source ?? 'an unknown producer'}: ${reason ?? ''}`,
})

const schema = namedQuery({
  doc: 'The schema that a pipeline’s events are checked against, and how new it is.',
  args: z.strictObject({ pipeline: pipelineArg }),
  fields: { subject: 'string', version: 'number', age_s: 'number' },
  async read({ pool }, { pipeline }) {
    return readSchema(pool, schemaSubjectsOf(definitionOf(await requirePipeline({ pool }, pipeline))))
  },
  tell: ({ subject, version, age_s }) =>
    version === null
      ? `No schema is registered for ${subject ?? ''}.`
      : `${subject ?? ''} is at version ${version}, registered ${seconds(age_s)} ago.`,
})

const lateness = namedQuery({
  doc: 'What a pipeline allows late events, and how many in these windows wait for batch.',
  args: z.strictObject({ pipeline: pipelineArg, ...rangeArgs }),
  fields: { waiting: 'number', out_of_order_s: 'number', allowed_s: 'number', beyond: 'string' },
  async read({ pool }, { pipeline, from, to }) {
    const stored = await requirePipeline({ pool }, pipeline)
    const { lateness: allowed } = definitionOf(stored)
    return {
      waiting: await readLateWaiting(pool, { computeId: stored.computeId, from, to }),
      out_of_order_s: allowed.outOfOrderMs / 1000,
      allowed_s: allowed.allowedMs / 1000,
      beyond: allowed.beyond,
    }
  },
  tell: ({ waiting, out_of_order_s, allowed_s, beyond }) =>
    `${count(waiting, 'late event')} in these windows wait for batch; the definition waits ${seconds(out_of_order_s)} for order, allows ${seconds(allowed_s)}, then ${beyond ?? ''}s.`,
})

const holes = namedQuery({
  doc: 'Stretches of events that a layer lacks in these windows: they are served as partial.',
  args: z.strictObject({ pipeline: pipelineArg, ...rangeArgs }),
  fields: { count: 'number', layers: 'string' },
  async read({ pool }, { pipeline, from, to }) {
    const stored = await requirePipeline({ pool }, pipeline)
    const { eventType } = definitionOf(stored)
    return readHoles(pool, { type: eventType, computeId: stored.computeId, from, to })
  },
  tell: ({ count: found, layers }) =>
    found === 0
      ? 'No hole touches these windows.'
      : `${count(found, 'hole')} (${layers ?? ''}) touch these windows.`,
})

export const eventQueries = {
  duplicates,
  producer,
  quarantined,
  dead_letters: deadLetters,
  schema,
  lateness,
  holes,
}
