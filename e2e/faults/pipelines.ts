import type { Product } from '../product/start-product'

/** Two pipelines over the same events: one that speed alone answers for, one that batch recounts all the time. */
export const kept = 'faults-kept'
export const served = 'faults-served'
export const eventType = 'fault.event'

export async function definePipelines(product: Product): Promise<void> {
  for (const [name, batch] of [
    [kept, ''],
    [served, '  batch: { every: 10s }\n'],
  ] as const) {
    const response = await product.call('/api/v1/pipelines', {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body: `apiVersion: parallax/v1
kind: Pipeline
metadata: { name: ${name} }
spec:
  events: { type: ${eventType} }
  key: data.key
  window: { size: 10s }
  lateness: { outOfOrder: 5s, allowed: 30s, beyond: include }
  measures:
    n: { count: true }
    total: { sum: data.amount, type: int }
${batch}`,
    })
    if (response.status !== 201) throw new Error(await response.text())
  }
}
