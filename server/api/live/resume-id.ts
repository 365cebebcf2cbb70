/** Where a viewer stopped: the views stream's seq, and the width its points had. */
export interface ResumeId {
  seq: number
  stepMs: number
}

export const formatResumeId = ({ seq, stepMs }: ResumeId): string => `${seq}-${stepMs}`

/** Null for anything else: the viewer then gets a snapshot, so a forged id gains nothing. */
export function readResumeId(text: string | null | undefined): ResumeId | null {
  const [, seq, stepMs] = /^(\d{1,15})-(\d{1,15})$/.exec(text ?? '') ?? []
  return seq === undefined || stepMs === undefined ? null : { seq: Number(seq), stepMs: Number(stepMs) }
}
