import path from 'node:path'
import { openDuck } from '../../clients'
import type { Range } from '../../serving'
import { loggedAt, type History } from '../../serving/testing'
import type { ArchiveScan, ArchiveSource } from '../archive-source'

const columns = new Set(['n:miles', 's:key', 's:fare'])

/** The log of a history as Parquet segments of `segmentRows` events, laid out as the archive lays them out. */
export async function archiveOf(history: History, dir: string, segmentRows: number): Promise<ArchiveSource> {
  const duck = await openDuck()
  const segments: (ArchiveScan['segments'][number] & { file: string })[] = []
  try {
    for (let from = 0; from < history.log.length; from += segmentRows) {
      const events = history.log.slice(from, from + segmentRows)
      const file = path.join(dir, `${history.computeId}-${segmentRows}-${from}.parquet`)
      const rows = events.map(
        (e) =>
          `(${e.seq}, 0, ${e.partition}, ${loggedAt}, ${e.time}, 'test', '${e.id}', NULL, NULL,
            '${JSON.stringify({ key: e.key, miles: e.miles, fare: e.fare })}', hash('${e.id}'),
            ${e.miles}::DOUBLE, '${e.key}', '${e.fare}')`,
      )
      await duck.run(
        `COPY (SELECT seq::BIGINT AS seq, idx::INTEGER AS idx, part::SMALLINT AS part, log_time::BIGINT AS log_time,
                      "time"::BIGINT AS "time", source, id, subject::VARCHAR AS subject, attrs::VARCHAR AS attrs, data,
                      fp::UBIGINT AS fp, miles AS "n:miles", key AS "s:key", fare AS "s:fare"
                 FROM (VALUES ${rows.join(',')})
                   t(seq, idx, part, log_time, "time", source, id, subject, attrs, data, fp, miles, key, fare))
           TO '${file}' (FORMAT parquet)`,
      )
      const times = events.map(({ time }) => time)
      segments.push({
        file,
        minTime: Math.min(...times),
        maxTime: Math.max(...times),
        rows: events.length,
        bytes: 1_000,
      })
    }
  } finally {
    duck.close()
  }
  const scan = (range: Range | null): ArchiveScan | null => {
    const touching = segments.filter(
      ({ minTime, maxTime }) => range === null || (minTime < range.to && maxTime >= range.from),
    )
    if (touching.length === 0) return null
    const files = touching.map(({ file }) => `'${file}'`).join(', ')
    return {
      relation: `read_parquet([${files}], union_by_name = true)`,
      columns: { shredded: true, columns, eventType: history.definition.eventType },
      segments: touching,
    }
  }
  return {
    reachedSeq: () => Promise.resolve(history.log.length),
    scan: (_type, range) => Promise.resolve(scan(range)),
  }
}
