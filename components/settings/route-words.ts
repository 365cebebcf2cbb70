import { formatDuration } from '@/components/format'
import type { Route } from '@/server/api'

/** Stands for every channel. */
export const everyChannel = '*'

export function routeTitle({ owner, severity, pipeline }: Route): string {
  const parts = [
    severity === undefined ? null : severity === 'page' ? 'pages' : 'tickets',
    owner === undefined ? null : `of ${owner}`,
    pipeline === undefined ? null : `on ${pipeline}`,
  ].filter((part) => part !== null)
  const text = parts.join(' ')
  return text === '' ? 'Everything' : text.charAt(0).toUpperCase() + text.slice(1)
}

export const whenText = (afterMinutes: number): string =>
  afterMinutes === 0 ? 'at once' : `after ${formatDuration(afterMinutes * 60_000)}`

export const channelsText = (channels: readonly string[]): string =>
  channels.includes(everyChannel) ? 'every channel' : channels.join(', ')

/** A route as one line a step, for the editor: "0: * everyone". */
export function writeSteps(steps: Route['steps']): string {
  return steps
    .map(({ afterMinutes, channels, says }) => `${afterMinutes}: ${channels.join(', ')} | ${says}`)
    .join('\n')
}

/** The same read back; a text where a line is not understood. */
export function readSteps(text: string): Route['steps'] | string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines.length === 0) return 'A route needs a step.'
  const steps: Route['steps'] = []
  for (const [i, line] of lines.entries()) {
    const [, minutes, named, says] =
      /^\s*(\d{1,5})\s*(?:min)?\s*:\s*([^|]+?)\s*\|\s*(.+?)\s*$/.exec(line) ?? []
    if (minutes === undefined || named === undefined || says === undefined)
      return `Line ${i + 1} is not “minutes: channels | whom it reaches”.`
    const afterMinutes = Number(minutes)
    if (afterMinutes < (steps.at(-1)?.afterMinutes ?? 0))
      return `Line ${i + 1} is earlier than the one before.`
    const channels = named
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    steps.push({ afterMinutes, channels, says })
  }
  return steps
}
