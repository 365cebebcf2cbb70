import { stringify } from 'yaml'
import { inTransaction, type Nats, type Pool } from '../clients'
import { formatDefinition } from '../pipeline'
import { AppError, type Clock } from '../platform'
import { audit } from './audit'
import { pipelinesLimit } from './apply-definition'
import type { DefinitionVersion, PipelineInfo, PipelineListItem } from './model'
import { definitionOf, pipelineInfo } from './pipeline-info'
import { markDeleted, selectPipelines, selectVersions } from './pipeline-store'
import { requirePipeline } from './require-pipeline'
import { worstFirst } from './status-judge'
import { statusOfAll } from './status'

const historyLimit = 100

interface Deps {
  pool: Pool
  nats: Nats
  clock: Clock
}

export const getPipeline = async (deps: { pool: Pool }, name: string): Promise<PipelineInfo> =>
  pipelineInfo(await requirePipeline(deps, name))

/** Worst first, then by name. */
export async function listPipelines(deps: Deps): Promise<PipelineListItem[]> {
  const stored = await selectPipelines(deps.pool, pipelinesLimit)
  const statuses = await statusOfAll(deps, stored)
  const items = stored.flatMap((row) => {
    const status = statuses.get(row.name)
    return status ? [{ ...pipelineInfo(row), status }] : []
  })
  return items.sort((a, b) => worstFirst(a.status, b.status))
}

export async function definitionHistory(deps: { pool: Pool }, name: string): Promise<DefinitionVersion[]> {
  const stored = await requirePipeline(deps, name)
  const versions = await selectVersions(deps.pool, name, historyLimit)
  return versions.map(({ document, ...rest }) => ({
    ...rest,
    current: rest.version === stored.version,
    definition: document,
  }))
}

/** The definition in force as YAML text; applying it again changes nothing. */
export async function exportDefinition(deps: { pool: Pool }, name: string): Promise<string> {
  return stringify(formatDefinition(definitionOf(await requirePipeline(deps, name))))
}

/** Stops the pipeline and hides it. Its versions, cells and history stay; applying its name again brings it back. */
export async function removePipeline(
  { pool, clock }: { pool: Pool; clock: Clock },
  { name, actor, reason }: { name: string; actor: string; reason: string },
): Promise<void> {
  await requirePipeline({ pool }, name)
  await inTransaction(pool, async (client) => {
    if (!(await markDeleted(client, name)))
      throw new AppError(
        'conflict',
        `Removing ${name} was refused: it was removed meanwhile. Reload the list.`,
      )
    await audit(client, clock, { actor, action: 'pipeline.remove', object: name, detail: { reason } })
  })
}
