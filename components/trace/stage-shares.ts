import type { StageTime } from '@/server/api'

export interface StageShare {
  stage: StageTime['stage']
  /** Of the whole; they add up to 1. */
  share: number
  isLongest: boolean
}

/** Empty when no time passed. */
export function stageShares(stages: readonly StageTime[]): StageShare[] {
  const total = stages.reduce((sum, { ms }) => sum + ms, 0)
  if (total <= 0) return []
  const longest = stages.reduce((most, stage) => (stage.ms > most.ms ? stage : most))
  return stages.map((stage) => ({
    stage: stage.stage,
    share: stage.ms / total,
    isLongest: stage === longest,
  }))
}
