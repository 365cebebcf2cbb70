import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { commandAs, serviceUser } from './service-user'

test.skipIf(process.getuid?.() !== 0)(
  'a command in a folder that is closed to its user finds itself there, by access(2) as well',
  () => {
    const closed = mkdtempSync(path.join(tmpdir(), 'parallax-closed-'))
    try {
      chmodSync(closed, 0o700)
      const script = path.join(closed, 'ask')
      writeFileSync(
        script,
        '#!/usr/bin/env node\nrequire("fs").accessSync(process.argv[1]); console.log(process.getuid())\n',
      )
      chmodSync(script, 0o755)
      const user = serviceUser()
      const { command, args, ...as } = commandAs(user, script, [], closed)
      expect(execFileSync(command, args, { ...as, encoding: 'utf8' })).toBe(`${user?.uid}\n`)
    } finally {
      rmSync(closed, { recursive: true })
    }
  },
)
