export const minuteMs = 60_000
export const hourMs = 3_600_000

export const minuteOf = (at: number): number => Math.floor(at / minuteMs) * minuteMs
export const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs
