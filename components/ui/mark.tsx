export const causes = ['late', 'duplicate', 'invalid', 'approximation', 'hole', 'schema', 'drift'] as const
export type Cause = (typeof causes)[number]

const shapes: Record<Cause, React.ReactNode> = {
  late: <path d="M9.4 1L1.2 5.5l8.2 4.5z" fill="currentColor" />,
  duplicate: <path d="M1.3 .9h2.6v9.2H1.3zM7.1 .9h2.6v9.2H7.1z" fill="currentColor" />,
  invalid: <path d="M1.5 1.5l8 8M9.5 1.5l-8 8" fill="none" stroke="currentColor" strokeWidth="2" />,
  hole: <rect x="1.7" y="1.7" width="7.6" height="7.6" fill="none" stroke="currentColor" strokeWidth="1.9" />,
  approximation: (
    <path
      d="M.8 6.6C2.6 2 4 3.6 5.5 5.5S8.4 9 10.2 4.4"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
    />
  ),
  schema: <path d="M5.5.3L10.7 5.5 5.5 10.7.3 5.5z" fill="currentColor" />,
  drift: <circle cx="5.5" cy="5.5" r="4.9" fill="currentColor" />,
}

/** The sign of a cause; its word stands beside it or in its label. */
export function Mark({ cause, hidden = false }: { cause: Cause; hidden?: boolean }) {
  return (
    <svg
      className="inline-block h-[11px] w-[11px] flex-none align-[-1px]"
      viewBox="0 0 11 11"
      {...(hidden ? { 'aria-hidden': true } : { role: 'img', 'aria-label': `cause: ${cause}` })}
    >
      {shapes[cause]}
    </svg>
  )
}
