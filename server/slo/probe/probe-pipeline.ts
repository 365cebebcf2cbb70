/** Parallax's own: lists leave it out, and what it counts is nobody's. */
export const probePipeline = 'parallax-probe'
export const probeType = 'parallax.probe'

/** Counted by both layers as any other; the key tells runs of the process apart. */
export const probeDefinition = {
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: {
    name: probePipeline,
    title: 'Synthetic probe',
    owner: 'parallax',
    tags: { parallax: 'probe' },
  },
  spec: {
    events: { type: probeType },
    key: 'data.run',
    window: { size: '1m' },
    lateness: { outOfOrder: '5s', allowed: '30s', beyond: 'defer' },
    dedupe: { horizon: '10m' },
    measures: { events: { count: true } },
    batch: { every: '5m', reconcile: 'auto', tolerance: 0 },
    retention: { versions: 2, cells: '1d' },
  },
}
