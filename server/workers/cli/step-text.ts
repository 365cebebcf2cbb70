import type { StepReport } from '../../control'

/** What was done to bring log, archive and database in step, in sentences. */
export function stepText({ log, restored, filled, lost, holes, archive }: StepReport): string {
  const lines = [
    log === 'in step' ? 'The log is in step with the database.' : null,
    restored > 0 ? `${restored} messages were put back into the log under their own numbers.` : null,
    filled > 0 ? `${filled} messages of the log are lost; their numbers are given to no other.` : null,
    ...lost.map(({ fromSeq, toSeq }) => `Lost from the log: messages ${fromSeq} to ${toSeq}.`),
    holes > 0
      ? `${holes} holes were noted: windows they touch are partial, until batch has counted them again where the archive has the events.`
      : null,
    archive !== null && archive.files.length > 0
      ? `${archive.files.length} files of the archive's folder were taken into its manifest.`
      : null,
    archive !== null && archive.missing.length > 0
      ? `${archive.missing.length} files of the archive are missing: the archiver makes them again from the log, or notes what it cannot.`
      : null,
  ]
  return lines.filter((line) => line !== null).join('\n')
}
