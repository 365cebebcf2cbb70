/** How far something is, as a ring. */
export function Ring({ progress }: { progress: number }) {
  const whole = 2 * Math.PI * 6
  return (
    <svg className="h-[15px] w-[15px] flex-none -rotate-90" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6" fill="none" stroke="var(--line)" strokeWidth="2.5" />
      <circle
        cx="8"
        cy="8"
        r="6"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2.5"
        strokeDasharray={`${Math.max(0.04, progress) * whole} ${whole}`}
      />
    </svg>
  )
}
