/** A segment's file, by its name. */
export interface SegmentName {
  file: string
  type: string
  seqFrom: number
  seqTo: number
}

export interface ListedSegment extends SegmentName {
  id: number
  rows: number
  /** Its file is there, as long as the manifest says. */
  isPresent: boolean
}

export interface FoundSegment extends SegmentName {
  rows: number
}

export interface Adoption<F extends FoundSegment = FoundSegment> {
  /** Files that the manifest does not list and that hold what nothing else does. */
  adopt: F[]
  /** Listed segments whose events are in the adopted ones. */
  drop: ListedSegment[]
  /** Listed, without a file, and nothing holds their events. */
  missing: ListedSegment[]
  /** The archive's position afterwards. */
  position: number
  /** Between the old position and the new one: no file, of no type, has them, and the log cannot say what they were. */
  unknown: { seqFrom: number; seqTo: number }[]
}

const namePattern = /^(.+)[/\\](\d+)-(\d+)-\d+(?:-[a-z]+)?\.parquet$/

/** Null: not the name of a segment. */
export function segmentName(file: string): SegmentName | null {
  const [, type, from, to] = namePattern.exec(file) ?? []
  return type === undefined ? null : { file, type, seqFrom: Number(from), seqTo: Number(to) }
}

interface Given<F extends FoundSegment> {
  listed: readonly ListedSegment[]
  /** In the folder, whole, and not listed as live. */
  found: readonly F[]
  position: number
  log: { firstSeq: number; lastSeq: number }
}

/** Whether the archiver can make a file's events again: the log has all its messages, and they are to be read. */
export const isMadeAgain = (
  { seqFrom, seqTo }: SegmentName,
  position: number,
  log: { firstSeq: number; lastSeq: number },
): boolean => seqFrom > position && seqFrom >= log.firstSeq && seqTo <= log.lastSeq

/**
 * Which files of the folder the manifest is to list, when the two are of different times. Files are taken where a
 * listed one is missing and they hold its events, and beyond the position where the log no longer has them. No event
 * is in two segments: a file is taken with what it wholly contains, and none that overlaps in part.
 */
export function chooseAdoption<F extends FoundSegment>({
  listed,
  found,
  position,
  log,
}: Given<F>): Adoption<F> {
  const types = new Set([...listed, ...found].map(({ type }) => type))
  const reached = reachOf({ found, position, log })
  const parts = [...types].map((type) =>
    ofType({
      listed: listed.filter((segment) => segment.type === type),
      found: found.filter((segment) => segment.type === type),
      position,
      reached,
    }),
  )
  const adopt = parts.flatMap((part) => part.adopt)
  return {
    adopt,
    drop: parts.flatMap((part) => part.drop),
    missing: parts.flatMap((part) => part.missing),
    position: reached,
    unknown: gaps(adopt, position, reached),
  }
}

/**
 * Up to where files are taken because the log cannot make them again. The archiver goes on behind it, so a file that
 * spans it is taken as well, which may reach further.
 */
function reachOf({ found, position, log }: Pick<Given<FoundSegment>, 'found' | 'position' | 'log'>): number {
  const beyond = found.filter(({ seqTo }) => seqTo > position)
  let reached = Math.max(
    position,
    ...beyond.filter((file) => !isMadeAgain(file, position, log)).map(({ seqTo }) => seqTo),
  )
  for (;;) {
    const spanning = beyond.filter(({ seqFrom, seqTo }) => seqFrom <= reached && seqTo > reached)
    if (spanning.length === 0) return reached
    reached = Math.max(...spanning.map(({ seqTo }) => seqTo))
  }
}

interface GivenOfType<F extends FoundSegment> extends Pick<Given<F>, 'listed' | 'found' | 'position'> {
  reached: number
}

function ofType<F extends FoundSegment>({ listed, found, position, reached }: GivenOfType<F>) {
  const missing = listed.filter(({ isPresent }) => !isPresent)
  const present = listed.filter(({ isPresent }) => isPresent)
  const isWanted = (file: F) =>
    missing.some((segment) => overlaps(segment, file)) || (file.seqTo > position && file.seqTo <= reached)
  const candidates = found.filter(isWanted).sort((a, b) => span(b) - span(a) || a.seqFrom - b.seqFrom)
  let adopt: F[] = []
  for (const file of candidates) {
    const isClear =
      adopt.every((other) => !overlaps(other, file)) &&
      present.every((segment) => !overlaps(segment, file) || contains(file, segment))
    if (isClear) adopt.push(file)
  }
  // Pieces of a missing one stand for it only all together.
  const incomplete = missing.filter((segment) => !isHeld(segment, adopt))
  adopt = adopt.filter(
    (file) => file.seqTo > position || !incomplete.some((segment) => overlaps(segment, file)),
  )
  const isReplaced = (segment: ListedSegment) =>
    adopt.some((file) => contains(file, segment)) || (!segment.isPresent && isHeld(segment, adopt))
  return { adopt, drop: listed.filter(isReplaced), missing: incomplete }
}

function isHeld(segment: ListedSegment, adopt: readonly FoundSegment[]): boolean {
  if (adopt.some((file) => contains(file, segment) && file.rows >= segment.rows)) return true
  const pieces = adopt.filter((file) => contains(segment, file))
  return pieces.reduce((sum, { rows }) => sum + rows, 0) === segment.rows
}

/** Stretches of (after, to] that no adopted file spans. */
function gaps(adopt: readonly SegmentName[], after: number, to: number): Adoption['unknown'] {
  const found: Adoption['unknown'] = []
  let next = after + 1
  for (const { seqFrom, seqTo } of [...adopt].sort((a, b) => a.seqFrom - b.seqFrom)) {
    if (seqFrom > next) found.push({ seqFrom: next, seqTo: seqFrom - 1 })
    next = Math.max(next, seqTo + 1)
  }
  if (next <= to) found.push({ seqFrom: next, seqTo: to })
  return found
}

type Span = Pick<SegmentName, 'seqFrom' | 'seqTo'>
const span = ({ seqFrom, seqTo }: Span) => seqTo - seqFrom
const overlaps = (a: Span, b: Span) => a.seqFrom <= b.seqTo && b.seqFrom <= a.seqTo
const contains = (outer: Span, inner: Span) => outer.seqFrom <= inner.seqFrom && inner.seqTo <= outer.seqTo
