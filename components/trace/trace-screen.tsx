'use client'
import Link from 'next/link'
import { useSearchParams } from 'next/navigation'
import { PageHead } from '@/components/shell'
import { Button } from '@/components/ui'
import { keepView } from '@/components/view'
import { TraceView } from './trace-view'

/** For on-call and engineers: where the time of one event, read or run went. */
export function TraceScreen({ traceId }: { traceId: string }) {
  const params = useSearchParams()
  return (
    <>
      <PageHead
        title={
          <>
            Trace{' '}
            <span className="mono font-normal" title={traceId}>
              {traceId.slice(0, 12)}
            </span>
          </>
        }
        forWhom="For on-call and engineers: where the time of one event, read or run went."
        actions={
          <Button asChild>
            <Link href={keepView('/traces', params)}>All traces</Link>
          </Button>
        }
      />
      <TraceView traceId={traceId} />
    </>
  )
}
