import { parseDefinition } from '../pipeline'
import type { Definition, Measure } from '../pipeline'
import { AppError } from '../platform'
import type { MeasureInfo, PipelineInfo } from './model'
import type { StoredPipeline } from './pipeline-store'

/** Stored documents were valid when they were applied; one that no longer parses needs a person. */
export function definitionOf({ name, document }: { name: string; document: unknown }): Definition {
  const parsed = parseDefinition(document)
  if (!parsed.ok)
    throw new AppError(
      'internal',
      `The stored definition of ${name} can no longer be read: ${parsed.problems[0]?.path ?? ''} expects ${parsed.problems[0]?.expected ?? ''}. Apply a corrected one.`,
    )
  return parsed.definition
}

export function pipelineInfo(stored: StoredPipeline): PipelineInfo {
  const definition = definitionOf(stored)
  return {
    name: definition.name,
    title: definition.title,
    owner: definition.owner,
    tags: definition.tags,
    definitionVersion: stored.version,
    computeId: stored.computeId,
    eventType: definition.eventType,
    key: definition.key.map(({ text }) => text),
    filter: definition.filter?.text ?? null,
    windowSizeMs: definition.windowSizeMs,
    lateness: definition.lateness,
    measures: definition.measures.map(measureInfo),
    batchEveryMs: definition.batch.everyMs,
    createdAt: stored.createdAt,
    changedAt: stored.changedAt,
  }
}

export const measureInfo = (measure: Measure): MeasureInfo => ({
  name: measure.name,
  kind: measure.kind,
  of: measure.kind === 'count' ? (measure.where?.text ?? null) : measure.of.text,
  type: 'type' in measure ? measure.type : null,
  scale: 'scale' in measure ? measure.scale : null,
  q: measure.kind === 'quantile' ? measure.q : null,
  exactInSpeed: measure.kind !== 'distinct' && measure.kind !== 'quantile',
})
