const minuteMs = 60_000
const wanted = 90
const choices = [1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1_440]

/** Minutes to a column, so that a range has at most about ninety of them. */
export function stepMinutes({ from, to }: { from: number; to: number }): number {
  const minutes = (to - from) / minuteMs
  return choices.find((choice) => minutes / choice <= wanted) ?? Math.ceil(minutes / wanted)
}

export const stepOf = (at: number, stepMs: number): number => Math.floor(at / stepMs) * stepMs
