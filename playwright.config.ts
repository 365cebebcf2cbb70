import { defineConfig, devices } from '@playwright/test'

// Two clones test at once on one machine. The workers read this file again: they inherit the choice.
process.env.E2E_PORT ??= String(41_000 + (process.pid % 2_000))
const port = Number(process.env.E2E_PORT)
const baseURL = `http://127.0.0.1:${port}`

/** The administrator of the browser tests' own server. */
process.env.PARALLAX_ADMIN_EMAIL = 'admin@parallax.local'
process.env.PARALLAX_ADMIN_PASSWORD = 'parallax-e2e-admin'
process.env.PARALLAX_API_TOKEN = 'parallax-e2e-token'

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.{e2e,spec}.ts',
  timeout: 180_000,
  expect: { timeout: 30_000 },
  workers: 1,
  forbidOnly: true,
  outputDir: '.cache/e2e-results',
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    baseURL,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none'],
    },
  },
  webServer: {
    command: `node scripts/e2e-server.mjs ${port}`,
    url: `${baseURL}/readyz`,
    timeout: 300_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 60_000 },
    stdout: 'pipe',
  },
})
