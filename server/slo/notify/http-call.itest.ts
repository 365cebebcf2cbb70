import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { postJson } from './http-call'

/** A receiver that answers as it is told, and what of its answers is still open. */
async function startHostile(answer: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => {
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Goes on as long as anybody listens. */
function pour(response: ServerResponse, chunk: string, everyMs: number): void {
  const timer = setInterval(() => response.write(chunk), everyMs)
  response.on('close', () => {
    clearInterval(timer)
  })
}

const post = (url: string) => postJson({ url, body: '{}' }, { isInternalAllowed: true, timeoutMs: 400 })

describe('[attack 20] a receiver', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['that never answers', () => undefined],
    [
      'whose answer drips without end',
      (response) => {
        response.writeHead(200)
        pour(response, '.', 50)
      },
    ],
    [
      'whose answer pours without end',
      (response) => {
        response.writeHead(500)
        pour(response, 'x'.repeat(1_000_000), 1)
      },
    ],
  ])('%s is left, and is away for now', async (_what, answer) => {
    await using hostile = await startHostile(answer)
    expect(await post(hostile.url)).toEqual({ outcome: 'away', says: 'it did not answer within 0.4 s' })
  })

  it('that answers with mark-up has a bounded part of it told, as text', async () => {
    await using hostile = await startHostile((response) => {
      response.writeHead(400).end(`<script>alert(1)</script>${'x'.repeat(100_000)}`)
    })
    const result = await post(hostile.url)
    expect(result).toMatchObject({ outcome: 'refused' })
    expect(JSON.stringify(result).length).toBeLessThan(400)
  })
})
