import type { PipelineStatus } from '@/server/api'
import type { Layer } from './draft'

/** The layers that stand still, each once. */
export const pausedLayers = ({ paused }: Pick<PipelineStatus, 'paused'>): Layer[] =>
  (['speed', 'batch'] as const).filter((layer) => paused.some((pause) => pause.layer === layer))
