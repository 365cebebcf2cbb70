/** Two circles, one solid and one dotted: the same thing seen from two places. */
export function Logo({ size = 18 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 18 18" aria-hidden="true" className="flex-none">
      <circle cx="7" cy="9" r="5.2" fill="none" stroke="var(--batch)" strokeWidth="1.8" />
      <circle
        cx="11.5"
        cy="9"
        r="5.2"
        fill="none"
        stroke="var(--speed)"
        strokeWidth="1.9"
        strokeDasharray="0 2.9"
        strokeLinecap="round"
      />
    </svg>
  )
}
