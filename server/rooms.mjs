/**
 * The rooms and what each may import (besides itself). Read by dependency-cruiser and by the test that keeps
 * ARCHITECTURE.md equal to it. `typesOnly` rooms may be imported for types alone.
 */
const core = ['platform', 'clients', 'pipeline']

export const rooms = {
  platform: { imports: [] },
  clients: { imports: ['platform'] },
  pipeline: { imports: [] },
  log: { imports: core },
  serving: { imports: core },
  speed: { imports: [...core, 'log', 'serving'] },
  batch: { imports: [...core, 'log', 'serving'] },
  reconcile: { imports: [...core, 'log', 'serving'] },
  slo: { imports: [...core, 'log', 'serving', 'reconcile'] },
  control: { imports: [...core, 'log', 'serving', 'speed', 'batch', 'reconcile', 'slo'] },
  auth: { imports: ['platform', 'clients'] },
  api: { imports: ['platform', 'pipeline', 'log', 'serving', 'reconcile', 'slo', 'control', 'auth'] },
  simulator: { imports: ['platform', 'pipeline', 'log', 'serving', 'speed', 'control'] },
  workers: { imports: [...core, 'log', 'serving', 'speed', 'batch', 'reconcile', 'slo', 'control', 'auth'] },
}
