import { rooms } from './server/rooms.mjs'

const names = Object.keys(rooms)
// Tests, and what rooms lend to tests: testing.ts, testing-*.ts and folders named testing.
const tests = ['[.](test|itest|ptest|ftest|e2e|spec)[.]tsx?$', '/testing[^/]*[.]tsx?$', '/testing/']
const lent = ['testing[^/]*[.]ts$', 'testing/']
/** What may be entered beside a room's index.ts, and why. */
const doors = {
  // Pure types, shared by every room below.
  pipeline: ['types[.]ts$'],
  // Starts processes and reads the disk: only the supervisor and tests want it, the web bundle must not have it.
  clients: ['embedded/index[.]ts$', 'migrations/index[.]ts$'],
  // The archive as the batch role reads it, which a benchmark measures.
  workers: ['archive-source[.]ts$'],
}

const roomRules = names.map((name) => ({
  name: `room-${name}`,
  comment: `server/${name} may import only ${[...rooms[name].imports, 'itself'].join(', ')} (server/rooms.mjs).`,
  severity: 'error',
  from: { path: `^server/${name}/`, pathNot: tests },
  to: {
    path: '^(server|components|app)/',
    pathNot: `^server/(${[name, ...rooms[name].imports].join('|')})/`,
  },
}))

const doorRules = names.map((name) => ({
  name: `door-${name}`,
  comment: `server/${name} is entered through its index.ts${doors[name] ? `, or ${doors[name].join(', ')}` : ''}.`,
  severity: 'error',
  from: { path: '^(server|app|components|bench|e2e|scripts)/', pathNot: `^server/${name}/` },
  to: {
    path: `^server/${name}/`,
    pathNot: ['index[.]tsx?$', ...lent, ...(doors[name] ?? [])].map((door) => `^server/${name}/${door}`),
  },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    ...doorRules,
    {
      name: 'speed-never-batch',
      comment: 'The two layers share the definition and the view, never code, not even a type or a test.',
      severity: 'error',
      from: { path: '^server/(speed|batch)/' },
      to: { path: '^server/(speed|batch)/', pathNot: '^server/$1/' },
    },
    {
      name: 'test-code-stays-in-tests',
      comment:
        'What a room lends to tests starts processes and makes up data; the product must not reach it.',
      severity: 'error',
      from: { path: '^(server|app|components|scripts)/', pathNot: tests },
      to: { path: lent.map((door) => `^server/[^/]+/${door}`) },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle has no first file to read. Move what both need into a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'components-see-types-of-the-api',
      comment: 'The browser gets data by tRPC alone; of the server it may know the types of server/api.',
      severity: 'error',
      from: { path: '^components/', pathNot: tests },
      to: { path: '^server/', pathNot: '^server/api/' },
    },
    {
      name: 'components-import-no-server-code',
      comment: 'Importing server/api for more than its types would put the server into the browser bundle.',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^server/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'components-know-no-route',
      comment: 'Routes use components, not the other way round.',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^app/' },
    },
    {
      name: 'app-is-thin',
      comment:
        'A route may use components, the API and sign-in; the rooms behind them are reached through the API.',
      severity: 'error',
      from: { path: '^app/' },
      to: { path: '^server/', pathNot: '^server/(api|auth)/' },
    },
    {
      name: 'connections-open-in-clients',
      comment:
        'Drivers are imported in server/clients alone; elsewhere at most their types. (The linter keeps `connect` of NATS there; its helpers are the protocol.)',
      severity: 'error',
      from: { path: '^(server|app|components)/', pathNot: ['^server/clients/', ...tests] },
      to: {
        path: 'node_modules/(pg|pg-copy-streams|@duckdb/node-api|@prisma/[^/]+)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pipeline-is-pure',
      comment: 'The definition and its compilers do no I/O: no Node module but hashes, no driver.',
      severity: 'error',
      from: { path: '^server/pipeline/', pathNot: tests },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer|zlib)$' },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that resolves to nothing.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(server/clients/generated|[.]next|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
