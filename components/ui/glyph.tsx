export type Status = 'ok' | 'warn' | 'bad' | 'unknown'

const words: Record<Status, string> = { ok: 'OK', warn: 'Warning', bad: 'Bad', unknown: 'Unknown' }

/** Disc with tick, triangle, octagon with cross, dashed ring: a status is never colour alone. */
export function Glyph({ status, label }: { status: Status; label?: string }) {
  return (
    <svg
      className="glyph"
      style={{ color: `var(--${status})` }}
      viewBox="0 0 14 14"
      role="img"
      aria-label={label ?? words[status]}
    >
      {shapes[status]}
    </svg>
  )
}

/** The same shape where a word beside it already says the status. */
export function QuietGlyph({ status }: { status: Status }) {
  return (
    <svg className="glyph" style={{ color: `var(--${status})` }} viewBox="0 0 14 14" aria-hidden="true">
      {shapes[status]}
    </svg>
  )
}

const shapes: Record<Status, React.ReactNode> = {
  ok: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="M4.2 7.2l2 2 3.6-4.2" fill="none" stroke="var(--surface)" strokeWidth="1.5" />
    </>
  ),
  warn: (
    <>
      <path
        d="M7 .9l6.3 11.6H.7z"
        fill="currentColor"
        stroke="currentColor"
        strokeWidth="1"
        strokeLinejoin="round"
      />
      <path d="M7 5v3.6M7 10v1.3" stroke="var(--surface)" strokeWidth="1.5" />
    </>
  ),
  bad: (
    <>
      <path d="M4.4 .8h5.2l3.6 3.6v5.2l-3.6 3.6H4.4L.8 9.6V4.4z" fill="currentColor" />
      <path d="M4.9 4.9l4.2 4.2M9.1 4.9L4.9 9.1" stroke="var(--surface)" strokeWidth="1.5" />
    </>
  ),
  unknown: (
    <circle
      cx="7"
      cy="7"
      r="5.6"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeDasharray="2.2 1.9"
    />
  ),
}
