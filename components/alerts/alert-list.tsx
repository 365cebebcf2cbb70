'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { plural } from '@/components/format'
import type { Zone } from '@/components/format'
import { Button } from '@/components/ui'
import type { AlertGroup } from '@/server/api'
import type { AlertSection } from './alert-words'
import { GroupRow } from './group-row'
import { useAlertKeys } from './use-alert-keys'

const pageSize = 12

interface AlertListProps {
  /** One without a name, or one a pipeline. */
  sections: AlertSection[]
  hasHeadings: boolean
  zone: Zone
  now: number
  /** What stands in a row on a phone, where the panel that says it is folded away. */
  folded?: (group: AlertGroup) => ReactNode
}

/** Causes as rows, worst first, the first dozen; j/k, Enter and `a` work on them. */
export function AlertList({ sections, hasHeadings, zone, now, folded }: AlertListProps) {
  const [opened, setOpened] = useQueryState('alert', parseAsString)
  const [pages, setPages] = useState(1)
  const all = sections.flatMap(({ pipeline, groups }) => groups.map((group) => ({ pipeline, group })))
  const shown = all.slice(0, pages * pageSize)
  const toggle = (cause: string) => void setOpened((before) => (before === cause ? null : cause))
  const openAt = (index: number) => {
    const row = shown[index]
    if (row) toggle(row.group.cause)
  }
  const { current } = useAlertKeys(shown.length, openAt)
  const rowOf = ({ group }: { group: AlertGroup }, index: number) => (
    <GroupRow
      key={group.cause}
      group={group}
      isCurrent={index === current}
      isOpen={opened === group.cause}
      zone={zone}
      now={now}
      onToggle={toggle}
      folded={folded?.(group)}
    />
  )
  const more = all.length - shown.length
  return (
    <>
      {hasHeadings ? (
        sections.map(({ pipeline }) => {
          const rows = shown.flatMap((row, index) => (row.pipeline === pipeline ? [{ ...row, index }] : []))
          return rows.length === 0 ? null : (
            <section key={pipeline ?? ''} aria-label={pipeline ?? 'All pipelines'}>
              <h3 className="alert-heading">{pipeline ?? 'What all pipelines stand on'}</h3>
              <ul className="alert-list">{rows.map((row) => rowOf(row, row.index))}</ul>
            </section>
          )
        })
      ) : (
        <ul className="alert-list">{shown.map(rowOf)}</ul>
      )}
      {more > 0 ? (
        <div className="border-t border-line-faint px-4 py-2.5">
          <Button size="small" onClick={() => setPages((n) => n + 1)}>
            Show {plural(Math.min(pageSize, more), 'more cause')}
            {more > pageSize ? ` of ${more}` : ''}
          </Button>
        </div>
      ) : null}
    </>
  )
}
