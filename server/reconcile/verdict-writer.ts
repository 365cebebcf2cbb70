import type { PoolClient } from '../clients'
import type { VersionRow } from '../serving'
import type { CellVerdict } from './compare-cell'
import { copyChanges, copyDivergence, copyLine } from './compare-store'
import { isZero, plain } from './decimal'
import { causes } from './divergence-words'

/** Lines that wait to be copied, at most. */
const linesTogether = 5_000

interface Cell {
  windowStart: number
  key: string
}

/** Writes verdicts as rows, many at a time. */
export class VerdictWriter {
  private divergence: string[] = []
  private changes: string[] = []

  constructor(
    private readonly client: PoolClient,
    private readonly version: Pick<VersionRow, 'id' | 'computeId'>,
  ) {}

  differences({ windowStart, key }: Cell, { differences, events }: CellVerdict, state: string): void {
    const { id, computeId } = this.version
    for (const { measure, speed, batch, difference, relative, amounts, mainCause } of differences) {
      const ofCause = (
        ['late', 'duplicate', 'invalid', 'approximation', 'hole', 'schema', 'drift'] as const
      ).map((cause) => amounts[cause])
      this.divergence.push(
        copyLine([
          ...[computeId, windowStart, key, measure, id],
          ...[
            speed === null ? null : plain(speed),
            batch === null ? null : plain(batch),
            difference,
            relative,
          ],
          ...[...ofCause, mainCause, JSON.stringify(events), state],
        ]),
      )
    }
  }

  change({ windowStart, key }: Cell, { before, after, differences }: CellVerdict): void {
    const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
    const byMeasure = differences.flatMap(({ measure, amounts }) => {
      const shares = causes.flatMap((cause) =>
        isZero(amounts[cause]) ? [] : [[cause, amounts[cause]] as const],
      )
      return shares.length === 0 ? [] : [[measure, Object.fromEntries(shares)] as const]
    })
    this.changes.push(
      copyLine([
        this.version.id,
        windowStart,
        key,
        json(before),
        json(after),
        JSON.stringify(Object.fromEntries(byMeasure)),
      ]),
    )
  }

  async flushFull(): Promise<void> {
    if (this.divergence.length + this.changes.length >= linesTogether) await this.flush()
  }

  async flush(): Promise<void> {
    const [divergence, changes] = [this.divergence, this.changes]
    this.divergence = []
    this.changes = []
    await copyDivergence(this.client, divergence)
    await copyChanges(this.client, changes)
  }
}
