// Every browser claims to be several: the first that fits is the one it is.
const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
]

const firstOf = (pairs: [RegExp, string][], text: string) => pairs.find(([sign]) => sign.test(text))?.[1]

/** What a browser calls itself, as a person calls it. */
export function browserName(agent: string | null): string {
  if (!agent) return 'Unknown browser'
  const browser = firstOf(browsers, agent)
  const system = firstOf(systems, agent)
  if (!browser) return agent.length > 40 ? `${agent.slice(0, 40)}…` : agent
  return system ? `${browser} on ${system}` : browser
}
