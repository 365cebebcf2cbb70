import { existsSync } from 'node:fs'
import { capture, root, step, StepError } from './run.mjs'

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
]

/** The browser for the tests: CHROMIUM_PATH, the system's, Playwright's own; else installed. Resolves to its path. */
export async function ensureChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    if (existsSync(named)) return named
    throw new StepError(`CHROMIUM_PATH names ${named}, which does not exist. Correct it or unset it.`)
  }
  return (await find()) ?? (await install())
}

async function find() {
  const system = usual.find((file) => existsSync(file))
  if (system) return system
  const { chromium } = await import('@playwright/test')
  const own = chromium.executablePath()
  return existsSync(own) ? own : null
}

async function install() {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (existsSync('/usr/bin/apt-get')) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    const apt = [...asRoot, 'apt-get', '-qq']
    await capture(apt[0], [...apt.slice(1), 'update'], { env })
    const line = [...apt, 'install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation']
    await step('Installing chromium for the tests', line[0], line.slice(1), { env }).catch(reportAndGoOn)
  }
  const found = await find()
  if (found) return found
  const playwright = ['node_modules/@playwright/test/cli.js', 'install', 'chromium']
  await step('Downloading chromium for the tests', process.execPath, playwright, { cwd: root }).catch(
    reportAndGoOn,
  )
  const downloaded = await find()
  if (downloaded) return downloaded
  throw new StepError(
    'No browser could be found or installed for the tests. Install chromium (apt-get install chromium), or set CHROMIUM_PATH.',
  )
}

const reportAndGoOn = (error) => console.log(error.message)
