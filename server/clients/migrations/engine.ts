import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import { projectRoot } from '../../platform'
import { migrationAdapter } from './adapter'
import { readMigrations } from './files'

type Bindings = typeof import('@prisma/schema-engine-wasm/schema_engine_bg') & {
  __wbg_set_wasm(exports: WebAssembly.Exports): void
}

export interface MigrationEngine {
  /** SQL that would bring the migrations up to schema.prisma; '' when they agree. */
  difference(): Promise<string>
  close(): Promise<void>
}

let bindings: Promise<Bindings> | undefined

/** Prisma's migration engine as WebAssembly: no binary is downloaded, none is needed. */
export async function openMigrationEngine(url: string): Promise<MigrationEngine> {
  const schemaFile = path.join(projectRoot(), 'prisma', 'schema.prisma')
  const schema = readFileSync(schemaFile, 'utf8')
  bindings ??= load()
  const { SchemaEngine } = await bindings
  const adapter = migrationAdapter(url)
  const engine: SchemaEngine = await SchemaEngine.new(
    { datamodels: [[schemaFile, schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(adapter.factory),
  )
  const filters = { externalTables: [], externalEnums: [] }
  const migrationsList: MigrationList = readMigrations(path.join(projectRoot(), 'prisma', 'migrations'))
  return {
    async difference() {
      const { exitCode, stdout } = await engine.diff({
        from: { tag: 'migrations', ...migrationsList },
        to: { tag: 'schemaDatamodel', files: [{ path: schemaFile, content: schema }] },
        script: true,
        exitCode: true,
        filters,
      })
      return exitCode === 0 ? '' : (stdout ?? '')
    },
    async close() {
      engine.free()
      await adapter.close()
    },
  }
}

// Not through the package root, which imports the .wasm file as a module: Node 20 cannot.
async function load(): Promise<Bindings> {
  const name = '@prisma/schema-engine-wasm/schema_engine_bg'
  const require = createRequire(path.join(projectRoot(), 'package.json'))
  const loaded = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as Bindings
  const wasm = readFileSync(require.resolve(name).replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, {
    './schema_engine_bg.js': loaded as unknown as WebAssembly.ModuleImports,
  })
  // Without it a panic of the engine hides behind "set_message of undefined".
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => process.stderr.write(`${text}\n`) },
  })
  loaded.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') (start as () => void)()
  return loaded
}
