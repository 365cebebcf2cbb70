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
export function durability(nats: Nats, declared: 'always' | 'default' | 'unknown'): Durability {
  return durabilityOf(nats.nc.info?.version ?? '0.0.0', declared)
}

export function durabilityOf(serverVersion: string, declared: 'always' | 'default' | 'unknown'): Durability {
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
