'use client'
import { Failed } from '@/components/ui'

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <main className="sign-in">
      <div className="panel max-w-[480px]">
        <Failed
          title="This page could not be drawn"
          message={`The reason is in the server’s log${error.digest ? `, under ${error.digest}` : ''}. If NATS or Postgres is restarting, try again in a moment.`}
          onRetry={reset}
        />
      </div>
    </main>
  )
}
