import type { Nats } from '../../clients'
import { logger } from '../../platform'

const stream = 'CORRECTIONS'
const consumersLimit = 100

/** Who reads the pipeline's corrections from the log's server; null: it could not be asked. */
export async function correctionsConsumers({ jsm }: Nats, pipeline: string): Promise<string[] | null> {
  const subject = `corrections.${pipeline}`
  try {
    const names: string[] = []
    for await (const { name, config } of jsm.consumers.list(stream)) {
      const filters = config.filter_subjects ?? (config.filter_subject ? [config.filter_subject] : ['>'])
      if (filters.some((filter) => subjectMatches(filter, subject))) names.push(name)
      if (names.length >= consumersLimit) break
    }
    return names.sort()
  } catch (error) {
    logger('control').warn({ err: error, pipeline }, 'the consumers of corrections could not be listed')
    return null
  }
}

/** As NATS matches: `*` is one token, `>` is one or more at the end. */
export function subjectMatches(filter: string, subject: string): boolean {
  const wanted = filter.split('.')
  const tokens = subject.split('.')
  if (wanted.at(-1) === '>') return tokens.length >= wanted.length && same(wanted.slice(0, -1), tokens)
  return wanted.length === tokens.length && same(wanted, tokens)
}

const same = (wanted: readonly string[], tokens: readonly string[]) =>
  wanted.every((part, i) => part === '*' || part === tokens[i])
