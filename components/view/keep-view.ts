/** Parameters that hold on every screen: the range and the zone go along, filters of one screen do not. */
const shared = ['range', 'zone']

export function keepView(path: string, params: URLSearchParams): string {
  const kept = new URLSearchParams()
  for (const name of shared) {
    const value = params.get(name)
    if (value) kept.set(name, value)
  }
  const query = kept.toString()
  return query ? `${path}?${query}` : path
}
