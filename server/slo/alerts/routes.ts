import type { Route, Severity } from '../model'

/** Stands for every channel in a route. */
export const everyChannel = '*'

export const defaultRoute: Route = {
  steps: [
    { afterMinutes: 0, channels: [everyChannel], says: 'everyone' },
    { afterMinutes: 15, channels: [everyChannel], says: 'everyone again: nobody acknowledged' },
  ],
  repeatHours: 4,
}

interface Routed {
  owner: string | null
  severity: Severity
  pipelines: readonly string[]
}

/** The first that matches; one that matches all stands behind the last. */
export const routeOf = (routes: readonly Route[], incident: Routed): Route =>
  routes.find(
    ({ owner, severity, pipeline }) =>
      (owner === undefined || owner === incident.owner) &&
      (severity === undefined || severity === incident.severity) &&
      (pipeline === undefined || incident.pipelines.includes(pipeline)),
  ) ?? defaultRoute

/** Names of channels, each once. */
export const channelsOf = (steps: readonly Route['steps'][number][], all: readonly string[]): string[] => [
  ...new Set(steps.flatMap(({ channels }) => (channels.includes(everyChannel) ? all : channels))),
]
