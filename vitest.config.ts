import path from 'node:path'
import { defineConfig } from 'vitest/config'

const inRooms = ['server', 'components', 'app', 'bench', 'scripts']
const files = (ending: string) => inRooms.map((room) => `${room}/**/*.${ending}`)
const shared = { environment: 'node', env: { PARALLAX_LOG_LEVEL: 'silent' } } as const

export default defineConfig({
  resolve: { alias: { '@': path.resolve(import.meta.dirname) } },
  test: {
    teardownTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: files('test.{ts,tsx}'),
          // Pure code shares its process: importing everything anew for each file took half of the time.
          pool: 'threads',
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'integration',
          include: files('itest.ts'),
          globalSetup: ['server/clients/testing-setup.ts'],
          pool: 'forks',
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        // The built product, started as a user starts it: `npm run build` comes first.
        extends: true,
        test: {
          ...shared,
          name: 'product',
          include: ['e2e/product/**/*.ptest.ts'],
          pool: 'forks',
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // Faults on the built product, minutes each: `npm run test:faults`, not part of `npm test`.
        extends: true,
        test: {
          ...shared,
          name: 'faults',
          include: ['e2e/faults/**/*.ftest.ts'],
          pool: 'forks',
          sequence: { groupOrder: 3 },
          maxWorkers: 1,
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
