import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { startTestServices, type TestServices } from '../../../clients/testing'
import { readObjectives } from '../read-objectives'
import { objectiveRounds } from '../run-objectives'
import { saveObjective } from '../save-objective'
import { addPipeline, trail } from '../testing'
import { exportOpenSlo } from './export-openslo'
import { importOpenSlo } from './import-openslo'

let services: TestServices
beforeAll(async () => {
  services = await startTestServices()
  await addPipeline(services.pool, 'web')
  await objectiveRounds(services.pool)(Date.now())
})
afterAll(() => services.stop())

const run = (text: string, dryRun = false) =>
  importOpenSlo({ pool: services.pool, trail: trail() }, { text, actor: 'ann', reason: 'test', dryRun })
const changes = async (text: string) => (await run(text)).objectives.map(({ id, change }) => [id, change])

const source = () => ({ metricSource: { type: 'Any', spec: { query: 'Any' } } })
const document = {
  apiVersion: 'openslo/v1',
  kind: 'SLO',
  metadata: {
    name: 'availability',
    displayName: 'Availability',
    labels: { team: ['identity', 'rbac'] },
    annotations: { 'parallax/indicator': 'jobs', 'other.example/key': 'kept' },
  },
  spec: {
    service: 'web',
    indicator: {
      metadata: { name: 'availability' },
      spec: { ratioMetric: { good: source(), total: source() } },
    },
    timeWindow: [
      {
        duration: '1w',
        isRolling: false,
        calendar: { startTime: '2022-01-01 12:00:00', timeZone: 'America/New_York' },
      },
    ],
    budgetingMethod: 'Timeslices',
    objectives: [
      { displayName: 'Internal', op: 'gt', target: 0.9995, timeSliceTarget: 0.95, timeSliceWindow: '1m' },
      { displayName: 'SLA', target: 0.99, timeSliceTarget: 0.95, timeSliceWindow: '1m' },
    ],
    alertPolicies: [{ alertPolicyRef: 'elsewhere' }],
  },
}

describe('an import of OpenSLO', () => {
  it('that is a dry run says what it would do and does nothing', async () => {
    const result = await run(stringify(document), true)
    expect(result).toMatchObject({ dryRun: true, objectives: [{ change: 'created' }, { change: 'created' }] })
    expect((await readObjectives(services)).some(({ name }) => name === 'availability')).toBe(false)
  })

  it('is exported as it came, with all that Parallax has no use for, and changes nothing when it comes again', async () => {
    expect(await changes(stringify(document))).toEqual([
      ['web.availability', 'created'],
      ['web.availability-2', 'created'],
    ])
    const exported = await exportOpenSlo(services, 'web.availability-2')
    expect(exported).toBe(stringify(document))
    expect(await changes(exported)).toEqual([
      ['web.availability', 'unchanged'],
      ['web.availability-2', 'unchanged'],
    ])
  })

  it('is exported anew once somebody changed what it says', async () => {
    const view = (await readObjectives(services)).find(({ id }) => id === 'web.availability')
    if (!view) throw new Error('there is no web.availability')
    const { pipeline: _p, source: _s, version: _v, state: _t, ...spec } = view
    const deps = { pool: services.pool, trail: trail() }
    await saveObjective(deps, { spec: { ...spec, target: 0.9 }, actor: 'ann', reason: 'test' })
    const exported = await exportOpenSlo(services, 'web.availability')
    expect(exported).toContain('target: 0.9\n')
    expect(await changes(exported)).toEqual([['web.availability', 'unchanged']])
  })

  it('takes what every default and composite is exported as, and finds nothing to change', async () => {
    const before = await readObjectives(services)
    for (const { id, sli } of before.filter((view) => view.source === 'default')) {
      const [own] = (await changes(await exportOpenSlo(services, id))).filter(([read]) => read === id)
      // In force from now on by a person's word, saying the same.
      expect(own?.[1]).toBe('changed')
      const now = (await readObjectives(services)).find((view) => view.id === id)
      const was = before.find((view) => view.id === id)
      expect({ ...now, source: 0, version: 0, state: 0 }).toEqual({ ...was, source: 0, version: 0, state: 0 })
      expect(now?.sli).toEqual(sli)
    }
  })

  it('takes none when one of them is wrong', async () => {
    const other = { ...document, metadata: { ...document.metadata, name: 'fine' } }
    const wrong = {
      ...document,
      metadata: { ...document.metadata, name: 'wrong' },
      spec: { ...document.spec, service: 'nowhere' },
    }
    const text = [other, wrong].map((one) => stringify(one)).join('---\n')
    await expect(run(text)).rejects.toMatchObject({ code: 'bad_request' })
    expect((await readObjectives(services)).some(({ id }) => id === 'web.fine')).toBe(false)
  })
})
