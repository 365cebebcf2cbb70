'use client'
import { parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs'

const tabs = ['live', 'silences', 'maintenance', 'rules', 'history'] as const
export type AlertsTab = (typeof tabs)[number]
export const useAlertsTab = () => useQueryState('tab', parseAsStringLiteral(tabs).withDefault('live'))

/** What is shown of the board and of the history, in the URL. */
export const useAlertFilters = () =>
  useQueryStates({
    find: parseAsString.withDefault(''),
    severity: parseAsStringLiteral(['page', 'ticket'] as const),
    state: parseAsStringLiteral(['firing', 'acknowledged', 'pending', 'muted'] as const),
    pipeline: parseAsString,
    rule: parseAsString,
  })
