import type { AlertFacts, DiskFact, HoleFact } from './facts'
import { finding, type Finding } from './finding'
import type { RuleTable } from './rules'
import { plural, span } from './words'

/** What keeps events safe: room on the disks, an archive ahead of the log's retention, a log without gaps. */
export function judgeStores(facts: AlertFacts, rules: RuleTable): Finding[] {
  return [
    ...(facts.disks ?? []).flatMap((disk) => judgeDisk(disk, rules)),
    ...judgeRetention(facts, rules),
    ...(facts.holes ?? []).map(judgeHole),
  ]
}

function judgeDisk({ host, part, used, freeBytes, isFull }: DiskFact, rules: RuleTable): Finding[] {
  const limit = rules.get('disk.filling')?.threshold ?? Infinity
  if (used < limit && !isFull) return []
  const left = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB are left for the ${part} on ${host}`
  return [
    finding('disk.filling', {
      // Full, it explains what fails; filling up, nothing.
      cause: `${isFull ? 'disk-full' : 'disk'}:${host}:${part}`,
      title: isFull ? `The disk of the ${part} is full` : `The disk of the ${part} fills up`,
      says: `${left}, ${Math.round(used * 100)} % are in use. ${
        isFull
          ? 'Events are refused until there is room.'
          : 'Before it is full events are refused; what was taken is kept.'
      }`,
      evidence: { host, part, used, freeBytes },
    }),
  ]
}

function judgeRetention({ archive }: AlertFacts, rules: RuleTable): Finding[] {
  const share = rules.get('archive.retention')?.threshold ?? Infinity
  const retention = archive?.retention ?? null
  if (retention === null || retention.waitsS < retention.ageS * share) return []
  const { waitsS, ageS } = retention
  return [
    finding('archive.retention', {
      cause: 'archive',
      title: 'The log may drop events before they are archived',
      says: `The oldest event that is not archived was logged ${span(waitsS)} ago; the log is to keep them for ${span(ageS)}. Until the archive has caught up it keeps them for longer, where it may be told to.`,
      evidence: { waitsS: Math.round(waitsS), ageS: Math.round(ageS) },
    }),
  ]
}

const judgeHole = ({ layer, types, stretches, messages, says }: HoleFact): Finding =>
  finding('events.lost', {
    cause: `hole:${layer}`,
    title: layer === 'archive' ? 'Events were lost' : 'The speed layer lacks events',
    says: `${plural(messages, 'message')} of the log in ${stretches === 1 ? 'one stretch' : `${stretches} stretches`} are not in the ${layer === 'archive' ? 'archive' : 'speed layer'} (${types.join(', ')}). ${says}`,
    evidence: { layer, types, stretches, messages },
  })
