import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { whenChanged } from './content-hash.mjs'
import { root, step, StepError } from './run.mjs'

const configs = [
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  'prisma/schema.prisma',
  'scripts/prepare/build.mjs',
]

const generated = {
  stamp: 'server/clients/generated/.stamp',
  output: 'server/clients/generated/prisma/client.ts',
}

/** Prisma's client, from the schema. The engine variable keeps it from downloading a binary that nothing uses. */
export const ensureGenerated = () =>
  whenChanged(
    { ...generated, places: ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json'] },
    async () => {
      const engine = ['/bin/true', '/usr/bin/true'].find((file) => existsSync(file)) ?? process.execPath
      await step(
        'Generating the database client',
        process.execPath,
        ['node_modules/prisma/build/index.js', 'generate'],
        {
          env: {
            PRISMA_SCHEMA_ENGINE_BINARY: engine,
            CHECKPOINT_DISABLE: '1',
            PRISMA_HIDE_UPDATE_MESSAGE: '1',
          },
        },
      )
    },
  )

/**
 * The worker processes and the command line; `plugins` of esbuild see the sources first.
 * @param {{ outdir: string, plugins?: import('esbuild').Plugin[] }} options
 */
export async function bundleWorkers({ outdir, plugins = [] }) {
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: { parallax: 'server/workers/main.ts' },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'silent',
    plugins,
  })
}

/** The same as dist/parallax.mjs. */
export const ensureBundled = () =>
  whenChanged(
    { stamp: 'dist/.stamp', output: 'dist/parallax.mjs', places: ['server', ...configs] },
    async () => {
      rmSync(path.join(root, 'dist'), { recursive: true, force: true })
      await bundleWorkers({ outdir: 'dist' }).catch((error) => {
        throw new StepError(`Bundling the workers failed:\n${error.message}`)
      })
    },
  )

/** The console, for production. */
export const ensureConsoleBuilt = () =>
  whenChanged(
    {
      stamp: '.next/parallax.stamp',
      output: '.next/BUILD_ID',
      places: ['app', 'components', 'server', 'public', 'next.config.ts', 'postcss.config.mjs', ...configs],
    },
    async () => {
      rmSync(path.join(root, '.next', 'parallax.stamp'), { force: true })
      await step(
        'Building the console (half a minute to a minute)',
        process.execPath,
        ['node_modules/next/dist/bin/next', 'build'],
        {
          env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production', CI: '1' },
        },
      )
    },
  )

export async function ensureBuilt() {
  await ensureGenerated()
  await ensureBundled()
  await ensureConsoleBuilt()
}
