import { z } from 'zod'
import { applyRunbook, getRunbook, listRunbooks, type RunbookListItem } from '../../control'
import { iso, isoOrNull } from './instants'
import { plainText, reasonText } from './params'
import { json, jsonRoute, type Route } from './route'

const runbook = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  rules: z.array(z.string()),
  version: z.int(),
  finished: z.int(),
  solved: z.int(),
})

const list: Route = jsonRoute({
  method: 'GET',
  path: '/runbooks',
  scope: 'read',
  summary: 'Runbooks, with how often each solved what it was for',
  answers: { 200: { says: 'The runbooks', schema: z.object({ runbooks: z.array(runbook) }) } },
  handle: async ({ console }) => json({ runbooks: (await listRunbooks(console)).map(itemBody) }),
})

const get: Route = jsonRoute({
  method: 'GET',
  path: '/runbooks/{name}',
  scope: 'read',
  summary: 'A runbook: its text, steps, versions and runs',
  answers: { 200: { says: 'The runbook', schema: runbook.extend({ text: z.string() }).loose() } },
  async handle({ console, params }) {
    const found = await getRunbook(console, params.name ?? '')
    return json({
      ...found,
      ...itemBody(found),
      versions: found.versions.map((version) => ({ ...version, at: iso(version.at) })),
      runs: found.runs.map((run) => ({
        ...run,
        startedAt: iso(run.startedAt),
        finishedAt: isoOrNull(run.finishedAt),
      })),
    })
  },
})

const apply: Route = jsonRoute({
  method: 'POST',
  path: '/runbooks',
  scope: 'pipelines:write',
  summary: 'Put a runbook in force as a new version; one that says the same changes nothing',
  query: z.strictObject({ dryRun: z.enum(['true', 'false']).optional() }),
  body: z.strictObject({ text: plainText(1, 65_536), reason: reasonText.optional() }),
  answers: {
    200: {
      says: 'What was, or would be, done',
      schema: z.object({
        name: z.string(),
        version: z.int(),
        created: z.boolean(),
        changed: z.boolean(),
      }),
    },
  },
  handle: async ({ console, query, body, principal }) =>
    json(
      await applyRunbook(console, {
        text: body.text,
        reason: body.reason ?? null,
        dryRun: query.dryRun === 'true',
        actor: principal?.name ?? 'nobody',
      }),
    ),
})

const itemBody = (item: RunbookListItem) => ({
  ...item,
  changedAt: iso(item.changedAt),
  lastRunAt: isoOrNull(item.lastRunAt),
})

export const runbooksRoutes: Route[] = [list, get, apply]
