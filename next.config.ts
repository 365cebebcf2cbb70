import type { NextConfig } from 'next'

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Native modules, WebAssembly and what resolves files of its own at run time stay outside the bundle.
  serverExternalPackages: [
    '@duckdb/node-api',
    '@nats-io/jetstream',
    '@nats-io/transport-node',
    '@node-rs/argon2',
    '@prisma/adapter-pg',
    '@prisma/client',
    'ajv',
    'ajv-formats',
    'pg',
    'pg-copy-streams',
    'pino',
    'prom-client',
  ],
}

export default config
