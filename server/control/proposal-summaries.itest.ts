import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServices, type TestServices } from '../clients/testing'
import { proposalSummaries } from './proposal-summaries'

let services: TestServices

beforeAll(async () => {
  services = await startTestServices()
})
afterAll(() => services.stop())

it('a proposal waits until it is applied or its time is over, and is told in short', async () => {
  const add = (pipeline: string, what: { applied?: boolean; over?: boolean; proposal?: boolean }) =>
    services.pool.query(
      `INSERT INTO plan (kind, pipeline, request, items, expected, blast_radius, estimate, created_by, created_at,
                         expires_at, applied_at, is_proposal, preview)
       VALUES ('reconcile', $1, '{}', $2, '{}', '{}', '{}', 'schedule', to_timestamp(5),
               now() + make_interval(secs => $3), $4, $5, $6)`,
      [
        pipeline,
        JSON.stringify([
          { from: 10, to: 20 },
          { from: 20, to: 40 },
        ]),
        what.over ? -1 : 60,
        what.applied ? new Date() : null,
        what.proposal ?? true,
        JSON.stringify({ diff: { cells: 90, changed: 4, beyond: 2, largest: [{ relative: 0.25 }] } }),
      ],
    )
  await add('waiting', {})
  await add('applied', { applied: true })
  await add('over', { over: true })
  await add('made by a person', { proposal: false })
  const proposals = await proposalSummaries(services)
  expect(proposals).toEqual([
    {
      id: expect.any(String) as string,
      pipeline: 'waiting',
      from: 10,
      to: 40,
      cells: 90,
      changed: 4,
      beyond: 2,
      largest: 0.25,
      createdAt: 5_000,
    },
  ])
})
