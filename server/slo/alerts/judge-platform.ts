import type { AlertFacts } from './facts'
import { finding, type Finding } from './finding'
import type { RuleTable } from './rules'
import { plural, span } from './words'

const channelFailuresNeeded = 1

/** What stands below the pipelines: store, log, workers, archive, the watcher itself and its channels. */
export function judgePlatform(facts: AlertFacts, rules: RuleTable, now: number): Finding[] {
  return [
    ...judgeDependencies(facts),
    ...judgeWorkers(facts),
    ...judgeArchive(facts, rules, now),
    ...judgeLost(facts),
    ...judgeProbes(facts, rules, now),
    ...judgeChannels(facts, rules, now),
  ]
}

function judgeDependencies({ store, log }: AlertFacts): Finding[] {
  const found: Finding[] = []
  if (store.isAway)
    found.push(
      finding('store.away', {
        cause: 'store',
        title: 'Postgres is away',
        says: `The database ${store.says}. Nothing is counted, served or published; the log keeps taking events.`,
      }),
    )
  if (log.isAway)
    found.push(
      finding('log.away', {
        cause: 'log',
        title: 'The log is away',
        says: `NATS ${log.says}. Producers are refused and nothing new is counted; what was counted is served.`,
      }),
    )
  return found
}

const lost: Record<string, string> = {
  speed: 'nothing is counted live',
  archive: 'batch cannot read new events',
  batch: 'the boundary stands still',
}

const judgeWorkers = ({ workers }: AlertFacts): Finding[] =>
  (workers?.roles ?? [])
    .filter(({ alive }) => alive === 0)
    .map(({ role, lastBeatAt }) =>
      finding('workers.missing', {
        cause: `workers:${role}`,
        title: `No ${role} worker is alive`,
        says: `No ${role} worker says that it lives: ${lost[role] ?? 'its work is not done'}.`,
        evidence: { role, lastBeatAt },
      }),
    )

const archiveStallS = 300

function judgeArchive({ archive }: AlertFacts, rules: RuleTable, now: number): Finding[] {
  if (!archive) return []
  const limit = rules.get('archive.behind')?.threshold ?? Infinity
  const stalledS = archive.stalledSince === null ? 0 : (now - archive.stalledSince) / 1000
  if (archive.lagMessages <= limit && stalledS < archiveStallS) return []
  const stalls = stalledS >= archiveStallS ? `, and it has stood still for ${span(stalledS)}` : ''
  return [
    finding('archive.behind', {
      cause: 'archive',
      title: 'The archive is behind',
      says: `${plural(archive.lagMessages, 'message')} of the log are not in the archive${stalls}.`,
      evidence: { lagMessages: archive.lagMessages, stalledS: Math.round(stalledS) },
    }),
  ]
}

function judgeLost({ archive }: AlertFacts): Finding[] {
  if (archive?.lost === undefined) return []
  const { stretches, types } = archive.lost
  return [
    finding('archive.lost', {
      cause: 'lost',
      title: 'The archive has lost events',
      says: `${plural(stretches, 'part')} of the log with events of ${types.join(', ')} can no longer be read. Windows counted since lack them and are partial; those counted before stay. Restore the archive's files and the log from a backup.`,
      evidence: { stretches, types: types.join(', ') },
    }),
  ]
}

function judgeProbes({ probes }: AlertFacts, rules: RuleTable, now: number): Finding[] {
  const limitS = rules.get('probe.failed')?.threshold ?? Infinity
  return (probes ?? [])
    .filter(({ lastAt }) => now - lastAt > limitS * 1000)
    .map(({ pipeline, lastAt }) =>
      finding('probe.failed', {
        cause: `probe:${pipeline}`,
        pipeline,
        title: 'The synthetic probe does not come through',
        says: `The last synthetic read or event came through ${span((now - lastAt) / 1000)} ago.`,
        evidence: { lastAt },
      }),
    )
}

function judgeChannels({ channels }: AlertFacts, rules: RuleTable, now: number): Finding[] {
  const limitS = rules.get('notification.failing')?.threshold ?? Infinity
  return (channels ?? []).flatMap(({ name, kind, waiting, oldestAt, failedLately, lastError }) => {
    const waitsS = oldestAt === null ? 0 : (now - oldestAt) / 1000
    if (waitsS <= limitS && failedLately < channelFailuresNeeded) return []
    const what =
      failedLately > 0
        ? `${plural(failedLately, 'notification')} were given up`
        : `${plural(waiting, 'notification')} have waited ${span(waitsS)}`
    return [
      finding('notification.failing', {
        cause: `channel:${name}`,
        title: `The channel ${name} does not deliver`,
        says: `${what}${lastError === null ? '' : `: ${lastError}`}.`,
        evidence: { channel: name, kind, waiting, failedLately },
      }),
    ]
  })
}
