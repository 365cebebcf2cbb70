import { compilePipeline, keysPerWindowOf, parseDefinition, type CompiledPipeline } from '../pipeline'
import type { ComputeRow } from './compute-store'
import { limits } from './limits'
import type { SpeedStore } from './ports'

export interface RunningCompute {
  id: number
  pipeline: string
  partitions: number
  served: boolean
  createdAt: number
  /** Of the definition in force. */
  keysPerWindow: number
  compiled: CompiledPipeline
}

/** What is to be computed, compiled. A definition change that changes what is computed is another compute. */
export class Computes {
  /** In force, but beyond the limit: nobody runs them. */
  waiting = 0
  readonly #known = new Map<number, RunningCompute>()

  constructor(
    readonly store: Pick<SpeedStore, 'readComputesInForce' | 'ensurePositions'>,
    readonly note: (what: string, error: unknown) => void,
  ) {}

  get ids(): number[] {
    return [...this.#known.keys()]
  }

  get(id: number): RunningCompute | undefined {
    return this.#known.get(id)
  }

  compiled(id: number): CompiledPipeline {
    const compute = this.#known.get(id)
    if (compute === undefined) throw new Error(`compute ${id} is not run here`)
    return compute.compiled
  }

  /** Reads what is in force now, and prepares what is new. Answers with the ids in force. */
  async refresh(): Promise<Set<number>> {
    const rows = await this.store.readComputesInForce(limits.computes + 1)
    this.waiting = Math.max(0, rows.length - limits.computes)
    if (this.waiting > 0) this.note('the newest computes wait', `more than ${limits.computes} are in force`)
    const wanted = rows.slice(0, limits.computes)
    for (const { id, served, definition } of wanted) {
      const known = this.#known.get(id)
      if (known === undefined) continue
      known.served = served
      known.keysPerWindow = keysPerWindowOf({ keysPerWindow: limitIn(definition) })
    }
    const fresh = wanted.filter((row) => !this.#known.has(row.id))
    if (fresh.length > 0) {
      await this.store.ensurePositions(fresh.map((row) => row.id))
    }
    for (const row of fresh) this.#add(row)
    return new Set(wanted.map((row) => row.id))
  }

  /** To be called once nothing of them is left to commit. */
  keepOnly(ids: ReadonlySet<number>): void {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id)
  }

  #add({ id, pipeline, partitions, definition, served, createdAt }: ComputeRow): void {
    const parsed = parseDefinition(definition)
    if (parsed.ok) {
      const compiled = compilePipeline(parsed.definition)
      const keysPerWindow = keysPerWindowOf(parsed.definition)
      this.#known.set(id, { id, pipeline, partitions, served, createdAt, keysPerWindow, compiled })
      return
    }
    const [problem] = parsed.problems
    const why = `${problem?.path ?? 'it'} expects ${problem?.expected ?? 'something else'}`
    this.note(`the stored definition of ${pipeline} cannot be read; apply a corrected one`, why)
  }
}

/** A limit may change without what is computed: the stored document was checked when it was applied. */
function limitIn(definition: unknown): number | undefined {
  const { spec } = definition as { spec?: { limits?: { keysPerWindow?: unknown } } }
  const limit = spec?.limits?.keysPerWindow
  return typeof limit === 'number' ? limit : undefined
}
