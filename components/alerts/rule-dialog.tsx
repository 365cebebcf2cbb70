'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { describeError, useTRPC } from '@/components/data'
import {
  Button,
  Captioned,
  Dialog,
  Labelled,
  Problem,
  ReasonField,
  Segmented,
  showToast,
} from '@/components/ui'
import type { AlertRuleView } from '@/server/api'
import { changesOf, readSeconds, readThreshold, thresholdText, writeThreshold } from './rule-words'

interface RuleDialogProps {
  rule: AlertRuleView
  rules: AlertRuleView[]
  onClose: () => void
}

const severities = [
  { value: 'page', label: 'Page' },
  { value: 'ticket', label: 'Ticket' },
] as const
const onOff = [
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
] as const

/** Changes when a rule fires and how urgently, or puts it back as it ships. */
export function RuleDialog({ rule, rules, onClose }: RuleDialogProps) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { name, title, says, unit, shipped } = rule
  const [severity, setSeverity] = useState(rule.severity)
  const [isEnabled, setEnabled] = useState(rule.isEnabled)
  const [threshold, setThreshold] = useState(writeThreshold(rule))
  const [forS, setForS] = useState(String(rule.forS))
  const [quietS, setQuietS] = useState(String(rule.quietS))
  const [runbook, setRunbook] = useState(rule.runbook ?? '')
  const [reason, setReason] = useState('')
  const save = useMutation(
    trpc.alerts.saveRules.mutationOptions({
      onSuccess: (saved) => {
        queryClient.setQueryData(trpc.alerts.rules.queryKey(), saved)
        showToast({ status: 'ok', text: `${name} is changed. It holds from the next round on.` })
        onClose()
      },
    }),
  )
  const read = {
    threshold: rule.threshold === null ? null : readThreshold(threshold, unit),
    forS: readSeconds(forS),
    quietS: readSeconds(quietS),
  }
  const off = offReason()
  const send = (wanted: Parameters<typeof changesOf>[1]) => {
    if (save.isPending) return
    save.mutate({ changes: changesOf(rules, wanted), reason: reason.trim() })
  }
  return (
    <Dialog width="medium" onClose={onClose} title={title} description={`${name}: ${says}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (off || read.forS === null || read.quietS === null) return
          send({
            name,
            severity,
            isEnabled,
            threshold: read.threshold,
            forS: read.forS,
            quietS: read.quietS,
            runbook: runbook.trim() || null,
          })
        }}
      >
        <div className="form-grid px-5 pb-4 max-[720px]:px-3">
          <Captioned caption="Severity">
            <Segmented label="Severity" value={severity} options={severities} onChange={setSeverity} />
          </Captioned>
          <Captioned caption="Looked at">
            <Segmented
              label="Looked at"
              value={isEnabled ? 'on' : 'off'}
              options={onOff}
              onChange={(next) => setEnabled(next === 'on')}
            />
          </Captioned>
          {rule.threshold === null ? null : (
            <Labelled
              label={`Threshold${unit === 'share' ? ', %' : unit ? `, ${unit}` : ''}`}
              note={`Shipped: ${thresholdText({ threshold: shipped.threshold, unit })}.`}
            >
              <input
                className="field font-normal"
                inputMode="decimal"
                value={threshold}
                aria-invalid={read.threshold === null}
                onChange={(event) => setThreshold(event.target.value)}
              />
            </Labelled>
          )}
          <Labelled label="Runbook" note="Its name, or empty for none.">
            <input
              className="field font-normal"
              maxLength={128}
              autoComplete="off"
              value={runbook}
              onChange={(event) => setRunbook(event.target.value)}
            />
          </Labelled>
          <Labelled label="Fires after, s" note="How long it must hold.">
            <input
              className="field font-normal"
              inputMode="numeric"
              value={forS}
              aria-invalid={read.forS === null}
              onChange={(event) => setForS(event.target.value)}
            />
          </Labelled>
          <Labelled label="Ends after, s" note="How long it must be quiet.">
            <input
              className="field font-normal"
              inputMode="numeric"
              value={quietS}
              aria-invalid={read.quietS === null}
              onChange={(event) => setQuietS(event.target.value)}
            />
          </Labelled>
          <div className="form-wide">
            <ReasonField value={reason} onChange={setReason} />
          </div>
          {save.error ? (
            <div className="form-wide">
              <Problem>{describeError(save.error).message}</Problem>
            </div>
          ) : null}
        </div>
        <div className="dialog-foot">
          <span className="grow text-small text-text-3">{off}</span>
          {rule.isChanged ? (
            <Button
              off={reason.trim() === '' ? 'Give a reason first.' : null}
              onClick={() => send({ name, ...shipped })}
            >
              As shipped
            </Button>
          ) : null}
          <Button variant="primary" type="submit" off={off} aria-busy={save.isPending}>
            Save rule
          </Button>
        </div>
      </form>
    </Dialog>
  )

  function offReason(): string | null {
    if (rule.threshold !== null && read.threshold === null) return 'The threshold is not a number.'
    if (read.forS === null || read.quietS === null) return 'Times are whole seconds, at most a day.'
    return reason.trim() === '' ? 'Give a reason first.' : null
  }
}
