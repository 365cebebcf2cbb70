'use client'
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import { formatCount, plural } from '@/components/format'
import { useWatch } from '@/components/live'
import { showToast } from '@/components/ui'
import type { AuditVerification, WatchMessage } from '@/server/api'
import { breakWord } from './audit-words'
import { usePeriod } from './use-audit-search'
import type { useAuditSearch } from './use-audit-search'

const pageEntries = 50
const watchInput = { audit: true }
const noNames = { actors: [], actions: [] }

/** The entries of a search, told anew when entries are written; the last verification, and a new one. */
export function useAuditTrail(search: ReturnType<typeof useAuditSearch>, now: number) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [liveHead, setLiveHead] = useState<number | null>(null)
  const { actor, action, object, text } = search
  const filter = { actor, action, object, text: text.trim() || null, ...usePeriod(search.during, now) }
  const list = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { ...filter, limit: pageEntries },
      { getNextPageParam: (page) => page.nextBefore, placeholderData: keepPreviousData },
    ),
  )
  const names = useQuery(trpc.audit.names.queryOptions())
  const last = useQuery(trpc.audit.lastVerification.queryOptions())
  const refresh = useCallback(
    () => void queryClient.invalidateQueries(trpc.audit.list.infiniteQueryFilter()),
    [queryClient, trpc],
  )
  const onMessage = useCallback(
    (message: WatchMessage) => {
      if (message.topic !== 'audit') return
      setLiveHead(message.data.seq)
      refresh()
    },
    [refresh],
  )
  useWatch(watchInput, onMessage)
  const verify = useMutation(
    trpc.audit.verify.mutationOptions({
      onSuccess: (result) => {
        refresh()
        showToast({ status: result.brokenAt === null ? 'ok' : 'bad', text: verdict(result) })
      },
      onError: (error) => showToast({ status: 'bad', text: `Not verified. ${describeError(error).message}` }),
    }),
  )
  // An answer to the first question may come after the result of a verification that was asked for since.
  const made = verify.data
  const verification = made && (!last.data || last.data.at <= made.at) ? made : last.data
  const entries = list.data?.pages.flatMap((page) => page.entries) ?? []
  const newest = search.isFiltered ? null : (entries[0]?.seq ?? (list.data ? 0 : null))
  const head = liveHead === null ? newest : Math.max(liveHead, newest ?? 0)
  return { filter, list, entries, names: names.data ?? noNames, verification, head, verify }
}

const verdict = ({ entries, brokenAt, why }: AuditVerification): string =>
  brokenAt === null
    ? `The chain is whole: ${plural(entries, 'entry', 'entries')} read.`
    : `The chain is broken: entry ${formatCount(brokenAt)} ${breakWord(why)}.`
