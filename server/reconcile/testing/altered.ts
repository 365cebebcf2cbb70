import { compilePipeline, type CompiledPipeline, type Definition } from '../../pipeline'
import type { Player } from './play'

/** Folds that are wrong on purpose: what a mistake in the speed layer's build would do. */
type Altered = (seed: number) => Required<Pick<Player, 'altered' | 'accepts'>> & Pick<Player, 'isOnEdges'>

const slotOf = (definition: Definition) => {
  const at = definition.measures.findIndex(
    (m) => (m.kind === 'count' && m.where === null) || (m.kind === 'sum' && m.type === 'int'),
  )
  return at < 0 ? null : (compilePipeline(definition).layout.firstSlot[at] ?? null)
}

export const addOne: Altered = (seed) => ({
  accepts: (definition) => slotOf(definition) !== null,
  altered: (compiled) => {
    const slot = slotOf(compiled.definition) ?? 0
    let stored = seed
    const store: CompiledPipeline['program']['store'] = (cell) => {
      const right = compiled.program.store(cell)
      if (cell.n === 0 || stored++ % 5 !== 0) return right
      return {
        ...right,
        acc: right.acc.map((text, i) => (i === slot ? String(BigInt(text ?? 0) + 1n) : text)),
      }
    }
    return { ...compiled, program: { ...compiled.program, store } }
  },
})

/** `<` where the rule says `<=`: instants are whole, so a window is closed one millisecond later. */
export const strictlyLate: Altered = () => ({
  isOnEdges: true,
  accepts: ({ windowSizeMs }) => windowSizeMs === 1000,
  altered: ({ definition }) =>
    compilePipeline({
      ...definition,
      lateness: { ...definition.lateness, allowedMs: definition.lateness.allowedMs + 1 },
    }),
})

export const dropKeys: Altered = (seed) => ({
  accepts: () => true,
  altered: (compiled) => {
    const fold: CompiledPipeline['program']['fold'] = (target, batch) => {
      compiled.program.fold(target, batch)
      for (const cells of target.deltas.values())
        for (const key of cells.keys()) if ((key.length + seed) % 3 === 0) cells.delete(key)
    }
    return { ...compiled, program: { ...compiled.program, fold } }
  },
})
