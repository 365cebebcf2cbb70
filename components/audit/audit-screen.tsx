'use client'
import { ShieldCheck } from 'lucide-react'
import { describeError } from '@/components/data'
import { formatCount, plural } from '@/components/format'
import { useListKeys } from '@/components/pipelines'
import { PageHead } from '@/components/shell'
import { Button, Failed, Note, Panel, SkeletonRows } from '@/components/ui'
import { useNow, useZone } from '@/components/view'
import { AuditDetail } from './audit-detail'
import { AuditFilters } from './audit-filters'
import { AuditTable } from './audit-table'
import { breakWord } from './audit-words'
import { ChainStrip } from './chain-strip'
import { ExportMenu } from './export-menu'
import { useAuditSearch, useOpenedEntry } from './use-audit-search'
import { useAuditTrail } from './use-audit-trail'

/** For auditors and on-call: who did what, and the proof that none of it was changed since. */
export function AuditScreen() {
  const [zone] = useZone()
  const now = useNow(5_000)
  const search = useAuditSearch()
  const [opened, setOpened] = useOpenedEntry()
  const { filter, list, entries, names, verification, head, verify } = useAuditTrail(search, now)
  const toggle = (seq: number) => void setOpened((before) => (before === seq ? null : seq))
  const { current } = useListKeys(entries.length, (index) => {
    const entry = entries[index]
    if (entry) toggle(entry.seq)
  })
  const brokenAt = verification?.brokenAt ?? null
  const isElsewhere = opened !== null && list.data !== undefined && !entries.some(({ seq }) => seq === opened)
  return (
    <>
      <PageHead
        title="Audit"
        forWhom="For auditors and on-call: who did what, when and why, and whether any of it was changed since."
        actions={
          <>
            <ExportMenu filter={exportFilter(filter)} />
            <Button
              variant="primary"
              aria-busy={verify.isPending}
              off={verify.isPending ? 'Every entry is being read.' : null}
              onClick={() => verify.mutate()}
            >
              <ShieldCheck className="icon" aria-hidden="true" />
              {verify.isPending ? 'Verifying' : 'Verify chain'}
            </Button>
          </>
        }
      />
      <ChainStrip
        verification={verification}
        head={head}
        newestAt={search.isFiltered ? null : (entries[0]?.at ?? null)}
        zone={zone}
        now={now}
      />
      {brokenAt !== null ? (
        <Broken seq={brokenAt} why={verification?.why ?? null} onOpen={() => void setOpened(brokenAt)} />
      ) : null}
      {isElsewhere ? (
        <Panel
          title={`Entry ${formatCount(opened)}`}
          sub="not among those listed below"
          className="mb-4"
          actions={
            <Button variant="quiet" size="small" onClick={() => void setOpened(null)}>
              Close
            </Button>
          }
        >
          <AuditDetail seq={opened} zone={zone} />
        </Panel>
      ) : null}
      <Panel title="Entries" sub={subtitle()} foot={foot()}>
        <AuditFilters search={search} names={names} />
        {body()}
      </Panel>
    </>
  )

  function subtitle(): string {
    if (!list.data) return 'newest first'
    return `${plural(entries.length, 'entry', 'entries')} ${search.isFiltered ? 'of this search' : 'shown'}, newest first`
  }

  function body() {
    if (list.error && entries.length === 0)
      return (
        <Failed
          title="The entries did not load"
          message={describeError(list.error).message}
          onRetry={() => void list.refetch()}
        />
      )
    if (!list.data) return <SkeletonRows rows={10} widths={[40, 260, 120]} />
    if (entries.length > 0)
      return (
        <AuditTable
          entries={entries}
          current={current}
          opened={opened}
          brokenAt={brokenAt}
          zone={zone}
          now={now}
          onToggle={toggle}
        />
      )
    if (search.isFiltered)
      return (
        <Note
          kind="filtered"
          title={list.hasNextPage ? 'No entry found so far' : 'No entry matches this search'}
          action={
            <Button size="small" onClick={search.clear}>
              Clear search
            </Button>
          }
        >
          {list.hasNextPage
            ? 'The newest entries were looked through. Search older ones below.'
            : 'All entries were looked through.'}
        </Note>
      )
    return (
      <Note kind="empty" title="No entry yet">
        Every sign-in and every change is written here, in the transaction of the change itself.
      </Note>
    )
  }

  function foot() {
    if (!list.hasNextPage) return null
    return (
      <Button size="small" aria-busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {list.isFetchingNextPage
          ? 'Reading'
          : search.isFiltered
            ? 'Search older entries'
            : 'Show older entries'}
      </Button>
    )
  }
}

function Broken({
  seq,
  why,
  onOpen,
}: {
  seq: number
  why: Parameters<typeof breakWord>[0]
  onOpen: () => void
}) {
  return (
    <div className="banner" data-status="bad" role="alert">
      <span className="grow text-text-1">
        <b className="font-semibold">The chain is broken.</b> Entry {formatCount(seq)} {breakWord(why)}:
        someone with access to the database changed the trail. Compare with an export or the stream AUDIT,
        which hold it as it was.
      </span>
      {why === 'missing' ? null : (
        <Button size="small" onClick={onOpen}>
          Show entry {formatCount(seq)}
        </Button>
      )}
    </div>
  )
}

function exportFilter(filter: Record<string, string | number | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) =>
      value === null ? [] : [[name, typeof value === 'number' ? new Date(value).toISOString() : value]],
    ),
  )
}
