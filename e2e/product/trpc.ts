import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server'
import superjson, { type SuperJSONResult } from 'superjson'
import type { AppRouter } from '../../server/api'
import type { Product } from './start-product'

type Inputs = inferRouterInputs<AppRouter>
type Outputs = inferRouterOutputs<AppRouter>

type Router = keyof Inputs
type Procedure<R extends Router> = keyof Inputs[R] & keyof Outputs[R] & string

/** A query of the console, asked as its pages ask it, with the bootstrap token. */
export async function ask<R extends Router, P extends Procedure<R>>(
  product: Product,
  [router, procedure]: [R, P],
  input: Inputs[R][P],
): Promise<Outputs[R][P]> {
  const query = encodeURIComponent(JSON.stringify(superjson.serialize(input)))
  return unpack(await product.call(`/api/trpc/${router}.${procedure}?input=${query}`))
}

/** A mutation. */
export async function tell<R extends Router, P extends Procedure<R>>(
  product: Product,
  [router, procedure]: [R, P],
  input: Inputs[R][P],
): Promise<Outputs[R][P]> {
  return unpack(
    await product.call(`/api/trpc/${router}.${procedure}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(superjson.serialize(input)),
    }),
  )
}

async function unpack<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`${String(response.status)} ${await response.text()}`)
  const { result } = (await response.json()) as { result: { data: SuperJSONResult } }
  return superjson.deserialize(result.data)
}
