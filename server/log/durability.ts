import type { Nats } from '../clients'

export interface Durability {
  serverVersion: string
  /** Whether an acknowledged event is on disk. `unknown`: the server does not tell its sync setting. */
  sync: 'always' | 'interval' | 'unknown'
  /** Seconds of acknowledged events a power cut can lose at worst; null when unknown. */
  powerCutLossS: number | null
  text: string
}

/** What a power cut can lose with the server in use; kill -9 loses nothing with any of them. */
export function durability(nats: Nats, declared: Declared, copies: number): Durability {
  const found = durabilityOf(nats.nc.info?.version ?? '0.0.0', declared)
  if (copies < 2 || found.powerCutLossS === 0) return found
  // An acknowledgement waits for most of the servers, each of which may have it in memory only.
  return {
    ...found,
    text: `${found.text} ${copies} servers hold it: only a cut of most of them at once loses that.`,
  }
}

type Declared = 'always' | 'default' | 'unknown'

export function durabilityOf(serverVersion: string, declared: Declared): Durability {
  const configurable = atLeast(serverVersion, 2, 10)
  if (configurable && declared === 'always') {
    return {
      serverVersion,
      sync: 'always',
      powerCutLossS: 0,
      text: `nats-server ${serverVersion} syncs every write: a power cut loses no acknowledged event.`,
    }
  }
  if (configurable && declared === 'unknown') {
    return {
      serverVersion,
      sync: 'unknown',
      powerCutLossS: null,
      text: `nats-server ${serverVersion} does not tell its sync_interval: unless it is set to always, a power cut can lose the last two minutes of acknowledged events.`,
    }
  }
  const seconds = configurable ? 120 : 60
  const advice = configurable ? 'Set sync_interval: always.' : 'Use nats-server 2.10 or newer.'
  return {
    serverVersion,
    sync: 'interval',
    powerCutLossS: seconds,
    text: `nats-server ${serverVersion} syncs every ${seconds} s: a power cut can lose that much of acknowledged events. ${advice}`,
  }
}

export function atLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number)
  return a > major || (a === major && b >= minor)
}
