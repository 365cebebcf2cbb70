import type { NextConfig } from 'next'

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // No page needs it, and it is work for whoever asks.
  images: { unoptimized: true },
  // `npm run verify` checks all types; a start should not wait for it, nor fail for a test's.
  typescript: { ignoreBuildErrors: true },
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
