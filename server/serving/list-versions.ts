import type { Range } from './ranges'
import {
  entriesInForce,
  readBoundary,
  readPublications,
  type PublicationRow,
  type Queryable,
} from './publication-store'
import { versionsOfPipeline, type VersionRow } from './version-store'

const versionsLimit = 200
const publicationsLimit = 100

export interface ListedVersion extends VersionRow {
  /** Where it answers now; empty: nowhere. */
  activeRanges: Range[]
  active: boolean
}

export interface VersionList {
  boundary: number | null
  versions: ListedVersion[]
  publications: PublicationRow[]
  /** Pass as `below` to read on; null: no older version. */
  nextBelow: number | null
}

/** Newest first, at most 200 at a time; publications of the compute, newest first, at most 100. */
export async function listVersions(
  db: Queryable,
  compute: { id: number; pipeline: string },
  below: number = 2 ** 31 - 1,
): Promise<VersionList> {
  const versions = await versionsOfPipeline(db, compute.pipeline, versionsLimit + 1, below)
  const entries = await entriesInForce(db, compute.id)
  const page = versions.slice(0, versionsLimit).map((version) => {
    const activeRanges = entries
      .filter(({ versionId }) => versionId === version.id)
      .map(({ from, to }) => ({ from, to }))
    return { ...version, activeRanges, active: activeRanges.length > 0 }
  })
  return {
    boundary: await readBoundary(db, compute.id),
    versions: page,
    publications: await readPublications(db, compute.id, publicationsLimit),
    nextBelow: versions.length > versionsLimit ? (page.at(-1)?.number ?? null) : null,
  }
}
