import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../platform'
import { apiToken, departures, startTestApi, type TestApi } from '../testing'
import { handleMetrics } from './metrics'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
  await api.call('POST', '/pipelines', { body: departures() })
  await api.services.pool.query(
    `INSERT INTO measurement_minute (pipeline, indicator, minute, source, traffic, count, sum, max, bins)
     SELECT 'departures', 'latency', (floor(extract(epoch FROM now()) / 60) * 60000 - 60000)::bigint, 'test', traffic, n,
            n * 10, 10, jsonb_build_object('14', n)
       FROM (VALUES ('real', 8), ('probe', 100)) AS v (traffic, n)`,
  )
  await api.services.pool.query(
    `INSERT INTO trace (trace_id, name, start_us, duration_us, status, kept, spans, stages)
     VALUES (repeat('a', 32), 'ingest', 0, 5, 'ok', 'slow', 1, '{}')`,
  )
})
afterAll(() => api[Symbol.asyncDispose]())

const ask = (headers: Record<string, string>) =>
  handleMetrics(new Request('http://localhost:3000/metrics', { headers }), () => Promise.resolve(api.console))
const scrape = async () => (await ask({ 'x-parallax-local': '1' })).text()
const doc = (name: string) => readFile(path.join(projectRoot(), 'docs/grafana', name), 'utf8')

/** Labels of each of our metrics, as far as there are samples. */
function labelsOf(text: string): Map<string, Set<string>> {
  const labels = new Map<string, Set<string>>()
  for (const [, name = ''] of text.matchAll(/^# TYPE (\S+)/gm)) labels.set(name, new Set())
  for (const [, name = '', inside = ''] of text.matchAll(/^(\w+)\{([^}]*)\}/gm))
    for (const [, label = ''] of inside.matchAll(/(\w+)="/g)) labels.get(name)?.add(label)
  return labels
}

describe('/metrics', () => {
  it('[attack 36] is for this machine, and elsewhere for a token that may read', async () => {
    expect((await ask({})).status).toBe(401)
    expect((await ask({ authorization: 'Bearer plx_made-up' })).status).toBe(401)
    expect((await ask({ authorization: `Bearer ${apiToken}` })).status).toBe(200)
    expect((await ask({ 'x-parallax-local': '1' })).status).toBe(200)
  })

  it.each(['parallax-dashboard.json', 'parallax-rules.yml'])(
    'has every metric that docs/grafana/%s asks for, with the labels it is asked by',
    async (file) => {
      const known = labelsOf(await scrape())
      const text = (await doc(file)).replaceAll('\\"', '"')
      const used = [...text.matchAll(/\b(parallax_\w+)(?:\{([^}]*)\})?/g)]
      expect(used.length).toBeGreaterThan(8)
      for (const [, name = '', selector = ''] of used) {
        expect([...known.keys()], file).toContain(name)
        const labels = known.get(name) ?? new Set()
        for (const [, label = ''] of selector.matchAll(/(\w+)\s*=~?"/g))
          if (labels.size > 0) expect([...labels], `${name}{${label}}`).toContain(label)
      }
    },
  )

  it('tells what was measured and kept as stored: real traffic where there is any', async () => {
    const text = await scrape()
    expect(text).toMatch(/^parallax_indicator_values\{pipeline="departures",indicator="latency"\} 8$/m)
    expect(text).toMatch(/^parallax_indicator_value\{.*quantile="0.95"\} [\d.]+$/m)
    expect(text).toMatch(/^parallax_traces_kept\{reason="slow"\} 1$/m)
    expect(text).toMatch(/^parallax_traces_kept\{reason="error"\} 0$/m)
    expect(text).toMatch(/^parallax_traces_unexported 1$/m)
  })

  it('[law 11] tells a bounded number of objectives by name, and how many it leaves out', async () => {
    await api.services.pool.query(
      `INSERT INTO objective (id, pipeline, source, version, spec)
       SELECT 'departures.o' || n, 'departures', 'console', 1,
              jsonb_build_object('id', 'departures.o' || n, 'name', 'o' || n, 'target', 0.99, 'parts', '[]'::jsonb)
         FROM generate_series(1, 600) n`,
    )
    const text = await scrape()
    expect(text.match(/^parallax_objective_target\{/gm)).toHaveLength(500)
    const [, omitted] = /^parallax_labels_omitted\{of="objectives"\} (\d+)$/m.exec(text) ?? []
    expect(Number(omitted)).toBeGreaterThanOrEqual(100)
  })

  it('has no figure where nothing was evaluated', async () => {
    expect(await scrape()).not.toMatch(/^parallax_watcher_age_seconds /m)
  })
})
