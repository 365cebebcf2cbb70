import type { PipelineListItem } from '@/server/api'

/** Every word of the filter occurs in the name, title, owner or a tag. */
export function matches(pipeline: PipelineListItem, filter: string): boolean {
  const { name, title, owner, tags } = pipeline
  const text = [name, title, owner, ...Object.entries(tags).map(([k, v]) => `${k}:${v}`)]
    .join(' ')
    .toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
