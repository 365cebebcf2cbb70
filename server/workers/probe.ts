import { applyDefinition } from '../control'
import { openSchemaRegistry } from '../log'
import { systemClock, type Env, type Stop } from '../platform'
import { probeDefinition, runProbes, sourceName } from '../slo'
import { jsonBody, openApi } from './cli/api-client'
import type { Connections } from './connections'

const eventType = 'application/cloudevents+json'

/** Probes the API of this machine, or the one that is named; without the product's own token there is nothing to probe with. */
export function startProbes({ pool, nats }: Connections, env: Env): Stop {
  const { apiToken, apiUrl, host, port } = env
  if (apiToken === undefined) return () => Promise.resolve()
  const isAnywhere = host === undefined || host === '0.0.0.0' || host === '::'
  const url = apiUrl ?? `http://${isAnywhere ? '127.0.0.1' : host}:${port}`
  const api = openApi(url, apiToken, { 'x-parallax-probe': '1' })
  return runProbes({
    pool,
    clock: systemClock,
    source: sourceName('probe'),
    call: (method, path, event) =>
      api.call(method, path, event === undefined ? undefined : { ...jsonBody(event), type: eventType }),
    async ensurePipeline() {
      const registry = await openSchemaRegistry({ pool, nats })
      try {
        await applyDefinition(
          { pool, clock: systemClock, registry },
          { input: probeDefinition, actor: 'parallax', reason: 'the synthetic probe' },
        )
      } finally {
        registry.close()
      }
    },
  })
}
