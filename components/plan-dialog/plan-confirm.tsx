import type { RefObject } from 'react'
import type { Weight } from './plan-weight'

interface PlanConfirmProps {
  weight: Weight
  pipeline: string
  reason: string
  typed: string
  reasonField: RefObject<HTMLTextAreaElement | null>
  onReason: (reason: string) => void
  onTyped: (text: string) => void
}

/** What a person gives before the write: always a reason; above a size the pipeline's name as well. */
export function PlanConfirm(props: PlanConfirmProps) {
  const { weight, pipeline, reason, typed, reasonField, onReason, onTyped } = props
  return (
    <>
      <label className="mt-4 block">
        <span className="dialog-heading block">
          Reason <span className="ml-1 text-small font-normal text-text-3">kept in the audit log</span>
        </span>
        <textarea
          ref={reasonField}
          className="field"
          rows={2}
          maxLength={1_000}
          value={reason}
          onChange={(event) => onReason(event.target.value)}
        />
      </label>
      {weight === 'typed' ? (
        <label className="mt-3 block">
          <span className="dialog-heading block">
            Type <span className="mono">{pipeline}</span> to confirm
            <span className="ml-1 text-small font-normal text-text-3">
              this one is big or slow to take back
            </span>
          </span>
          <input
            className="field max-w-[320px]"
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => onTyped(event.target.value)}
          />
        </label>
      ) : null}
    </>
  )
}
