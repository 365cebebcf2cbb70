import superjson, { type SuperJSONResult } from 'superjson'

const serialized = new WeakMap<object, SuperJSONResult>()

/** Viewers of one feed are sent the same object: what it is on the wire is worked out once. Answers are not changed after they were given. */
function serialize(value: unknown): SuperJSONResult {
  if (typeof value !== 'object' || value === null) return superjson.serialize(value)
  const known = serialized.get(value) ?? superjson.serialize(value)
  serialized.set(value, known)
  return known
}

export const transformer = {
  input: superjson,
  output: { serialize, deserialize: (result: SuperJSONResult): unknown => superjson.deserialize(result) },
}
