'use client'
import { useQuery } from '@tanstack/react-query'
import { Copy, FilePen } from 'lucide-react'
import { useRefusal } from '@/components/account'
import { describeError, useTRPC } from '@/components/data'
import { useOpenPlan } from '@/components/plan-dialog'
import { Button, Failed, Panel, SkeletonBox, showToast } from '@/components/ui'

/** The definition in force, as `pipelines apply` takes it. It is changed through a plan, here or there. */
export function DefinitionPanel({ name, version }: { name: string; version: number | null }) {
  const trpc = useTRPC()
  const openPlan = useOpenPlan()
  const refusal = useRefusal('change the definition')
  const { data, error, refetch } = useQuery(trpc.pipelines.export.queryOptions({ name }))
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text)
      showToast({ status: 'ok', text: 'Definition copied.', durationMs: 3_000 })
    } catch {
      showToast({
        status: 'warn',
        text: 'The browser did not let the text be copied. Select it and copy by hand.',
      })
    }
  }
  return (
    <Panel
      title="Definition"
      sub={version === null ? undefined : `v${version}, in force`}
      actions={
        data ? (
          <>
            <Button size="small" onClick={() => void copy(data)}>
              <Copy className="icon" aria-hidden="true" />
              Copy YAML
            </Button>
            <Button
              size="small"
              off={refusal}
              onClick={() => openPlan({ kind: 'definition', pipeline: name, change: null })}
            >
              <FilePen className="icon" aria-hidden="true" />
              Change…
            </Button>
          </>
        ) : null
      }
      foot={
        <span>
          Kept in a file? Edit it there and run{' '}
          <code className="mono">npx parallax pipelines apply &lt;folder&gt;</code>.
        </span>
      }
    >
      {data ? (
        <pre className="code" tabIndex={0} aria-label={`Definition of ${name}`}>
          {data}
        </pre>
      ) : error ? (
        <Failed
          title="The definition did not load"
          message={describeError(error).message}
          onRetry={() => void refetch()}
        />
      ) : (
        <div className="panel-body">
          <SkeletonBox height={420} />
        </div>
      )}
    </Panel>
  )
}
