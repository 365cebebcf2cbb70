import { plural } from '@/components/format'
import { QuietGlyph } from '@/components/ui'
import type { PlanProblem } from './plan-state'
import { lineOfPath } from './yaml-line'

interface ProblemListProps {
  problems: PlanProblem[]
  text: string
  onSelect: (line: number) => void
}

/** What is wrong in a definition, each at its path; a press goes to its line. */
export function ProblemList({ problems, text, onSelect }: ProblemListProps) {
  return (
    <div className="banner mb-0! flex-col" role="alert">
      <b className="font-medium text-text-1">{plural(problems.length, 'problem')} in the definition</b>
      <ul className="w-full">
        {problems.map((problem) => {
          const line = lineOfPath(text, problem.path)
          return (
            <li key={`${problem.path} ${problem.expected}`} className="flex gap-2 py-0.5">
              <QuietGlyph status="bad" />
              <span className="min-w-0">
                {line === null ? (
                  <span className="mono text-text-1">{problem.path}</span>
                ) : (
                  <button type="button" className="link mono" onClick={() => onSelect(line)}>
                    {problem.path}, line {line}
                  </button>
                )}{' '}
                {problem.value ? (
                  <>
                    is <span className="mono">{problem.value}</span>,{' '}
                  </>
                ) : null}
                expected {problem.expected}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
