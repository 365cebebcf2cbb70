/** JSON is YAML. */
export const openSloOf = (name: string) =>
  JSON.stringify({
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: 'own', annotations: { 'parallax/indicator': 'jobs' } },
    spec: {
      service: name,
      indicator: {
        metadata: { name: 'own' },
        spec: { ratioMetric: { good: { metricSource: {} }, total: { metricSource: {} } } },
      },
      budgetingMethod: 'Occurrences',
      objectives: [{ target: 0.9 }],
    },
  })

/** A step of each kind. */
export const runbookOf = (name: string) => `---
name: ${name}
title: Test
summary: Test
rules: []
---

\`\`\`note
id: told
title: Tell
\`\`\`

\`\`\`plan
id: pause
title: Pause
kind: pause
pipeline: '{{pipeline}}'
options: { layer: batch }
\`\`\`

\`\`\`check
id: gate
title: Paused
query: workers
args: { role: speed }
expect: data.alive > 100
gate: true
\`\`\`
`
