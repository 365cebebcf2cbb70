import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv, type AnySchema } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { authorization, natsUsers, type NatsPasswords } from '../clients/embedded'
import { projectRoot } from '../platform'
import { roleNames } from './roles'

const root = projectRoot()
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const folder = 'deploy/kubernetes'

interface Container {
  name: string
  image: string
  args?: string[]
  env?: { name: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[]
  volumeMounts?: { name: string }[]
  ports?: { name: string }[]
  livenessProbe?: Probe
  readinessProbe?: Probe
}
interface Probe {
  httpGet?: { path: string; port: string }
}
interface PodTemplate {
  metadata: { labels: Record<string, string> }
  spec: { containers: Container[]; volumes?: Volume[]; securityContext?: { runAsNonRoot?: boolean } }
}
interface Volume {
  name: string
  persistentVolumeClaim?: { claimName: string }
  configMap?: { name: string }
}
interface Manifest {
  file: string
  kind: string
  metadata: { name: string }
  /** Empty where there is none. */
  spec: {
    selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>
    podSelector?: { matchLabels?: Record<string, string> }
    template?: PodTemplate
    volumeClaimTemplates?: { metadata: { name: string } }[]
  }
}
interface Service {
  command?: string[]
  environment?: Record<string, string>
  depends_on?: string[] | Record<string, unknown>
  volumes?: string[]
}

const kustomization = parse(read(`${folder}/kustomization.yaml`)) as {
  resources: string[]
  configMapGenerator: { name: string; files: string[] }[]
}
const manifests: Manifest[] = kustomization.resources.flatMap((file) =>
  parseAllDocuments(read(`${folder}/${file}`)).map((document) => {
    expect(document.errors, file).toEqual([])
    const { spec = {}, ...manifest } = document.toJS() as Partial<Manifest>
    return { ...(manifest as Manifest), spec, file }
  }),
)
const workloads = manifests.filter(({ spec }) => spec.template !== undefined)
const compose = parse(read('deploy/compose.yaml'), { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, unknown>
  configs: Record<string, { file: string }>
}

/** Names of the environment that the product reads. */
const known = new Set(
  read('server/platform/env.ts').match(/\b(PARALLAX_[A-Z_]+|DATABASE_URL|NATS_[A-Z_]+|PORT)\b/g),
)
/** Of services that are not ours. */
const foreign = /^(POSTGRES_|POD_NAME$|NATS_[A-Z]+_PASSWORD$)/

describe('the Kubernetes manifests', () => {
  const { kinds, definitions } = JSON.parse(read('deploy/schemas/kubernetes.json')) as {
    kinds: Record<string, AnySchema & object>
    definitions: object
  }
  const ajv = new Ajv({ allErrors: true, strict: false })
  const checks = new Map(
    Object.entries(kinds).map(([kind, schema]) => [kind, ajv.compile({ ...schema, definitions })]),
  )
  const problems = (manifest: object, kind: string) => {
    const check = checks.get(kind)
    if (check === undefined) return [`there is no schema of ${kind}`]
    return check(manifest)
      ? []
      : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }

  it('are what the published schemas say, with no field unknown to them', () => {
    for (const { file, spec, ...manifest } of manifests) {
      const written = Object.keys(spec).length === 0 ? manifest : { ...manifest, spec }
      expect(problems(written, manifest.kind), `${file} ${manifest.metadata.name}`).toEqual([])
    }
  })

  it('would be refused with a field misspelt, of a wrong type or missing', () => {
    const { file: _, ...web } = manifests.find(({ kind }) => kind === 'Deployment') ?? fail()
    expect(problems({ ...web, spec: { ...web.spec, replica: 2 } }, 'Deployment')).not.toEqual([])
    expect(problems({ ...web, spec: { ...web.spec, replicas: 'two' } }, 'Deployment')).not.toEqual([])
    expect(problems({ ...web, spec: { selector: web.spec.selector } }, 'Deployment')).not.toEqual([])
  })

  it('are all in the kustomization', () => {
    const files = readdirSync(path.join(root, folder)).filter((file) => file !== 'kustomization.yaml')
    const listed = [
      ...kustomization.resources,
      ...kustomization.configMapGenerator.flatMap(({ files }) => files),
    ]
    expect(files.sort()).toEqual(listed.sort())
  })

  it('hold no secret, and name only those that docs/deployment.md tells to make', () => {
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([])
    const guide = read('docs/deployment.md')
    for (const { env = [] } of containers())
      for (const { valueFrom } of env) {
        const ref = valueFrom?.secretKeyRef
        if (ref)
          expect(guide).toMatch(new RegExp(`secret generic ${ref.name}[^#]*?--from-literal=${ref.key}=`))
      }
  })

  it('select pods that there are, mount volumes that there are, and probe ports and paths that there are', () => {
    const claims = new Set(
      manifests.flatMap(({ kind, metadata }) => (kind === 'PersistentVolumeClaim' ? metadata.name : [])),
    )
    const generated = new Set(kustomization.configMapGenerator.map(({ name }) => name))
    const labels = workloads.map(({ spec }) => spec.template?.metadata.labels ?? {})
    for (const { kind, metadata, spec } of manifests) {
      const wanted =
        spec.podSelector?.matchLabels ??
        spec.selector?.matchLabels ??
        (kind === 'Service' ? spec.selector : undefined)
      if (wanted === undefined) continue
      const isFound = labels.some((pod) =>
        Object.entries(wanted).every(([name, value]) => pod[name] === value),
      )
      expect(isFound, `${kind} ${metadata.name}`).toBe(true)
    }
    for (const { spec, metadata } of workloads) {
      const {
        volumes = [],
        containers: [container],
      } = spec.template?.spec ?? { containers: [] }
      const names = new Set(
        [...volumes, ...(spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata)].map(
          ({ name }) => name,
        ),
      )
      for (const mount of container?.volumeMounts ?? []) expect(names, metadata.name).toContain(mount.name)
      for (const volume of volumes) {
        if (volume.persistentVolumeClaim) expect(claims).toContain(volume.persistentVolumeClaim.claimName)
        if (volume.configMap) expect(generated).toContain(volume.configMap.name)
      }
      const ports = container?.ports?.map(({ name }) => name)
      for (const probe of [container?.livenessProbe, container?.readinessProbe])
        if (probe?.httpGet) expect(ports, metadata.name).toContain(probe.httpGet.port)
    }
  })

  it('run every role but the feed, more than once and as nobody, each alive and ready by its own answer', () => {
    const roles = containers().filter(({ image, args }) => image === 'parallax' && args?.[0] === 'role')
    expect(roles.map(({ args }) => args?.[1]).sort()).toEqual(
      roleNames.filter((role) => role !== 'feed').sort(),
    )
    for (const { livenessProbe, readinessProbe } of roles) {
      expect(livenessProbe?.httpGet?.path).toBe('/healthz')
      expect(readinessProbe?.httpGet?.path).toBe('/readyz')
    }
    for (const { kind, spec } of manifests as (Manifest & { spec: { replicas?: number } })[]) {
      if (kind === 'Deployment') expect(spec.replicas).toBeGreaterThan(1)
      if (spec.template) expect(spec.template.spec.securityContext?.runAsNonRoot).toBe(true)
    }
  })
})

describe('the Compose file', () => {
  it('is what the published schema says', () => {
    const ajv = new Ajv({ allErrors: true, strict: false })
    const schema = JSON.parse(read('deploy/schemas/compose.json')) as Record<string, unknown>
    const { $schema: _, ...rest } = schema
    const check = ajv.compile(rest)
    expect(check(compose) ? [] : check.errors).toEqual([])
    expect(check({ ...compose, services: { web: { imagee: 'x' } } })).toBe(false)
  })

  it('names only services, volumes and files that there are, and runs every role but the feed', () => {
    const roles: string[] = []
    for (const { depends_on: after = [], volumes = [], command = [] } of Object.values(compose.services)) {
      for (const name of Array.isArray(after) ? after : Object.keys(after))
        expect(compose.services).toHaveProperty(name)
      for (const volume of volumes) expect(compose.volumes).toHaveProperty(volume.split(':')[0] ?? '')
      if (command[0] === 'role') roles.push(command[1] ?? '')
    }
    for (const { file } of Object.values(compose.configs))
      expect(existsSync(path.join(root, 'deploy', file))).toBe(true)
    expect(roles.sort()).toEqual(roleNames.filter((role) => role !== 'feed').sort())
    const asked = new Set([...read('deploy/compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name))
    for (const name of asked) expect(read('deploy/.env.example')).toMatch(new RegExp(`^${name}=`, 'm'))
  })
})

describe('both, and the image', () => {
  it('set only variables that the product reads', () => {
    const set = [
      ...containers().flatMap(({ env = [] }) => env.map(({ name }) => name)),
      ...Object.values(compose.services).flatMap(({ environment = {} }) => Object.keys(environment)),
    ]
    expect(set.filter((name) => !known.has(name) && !foreign.test(name))).toEqual([])
    const inImage = [...read('Dockerfile').matchAll(/^ {4}(\w+)=/gm)].map(([, name]) => name ?? '')
    expect(inImage.filter((name) => !known.has(name)).sort()).toEqual([
      'NEXT_TELEMETRY_DISABLED',
      'PARALLAX_ROOT',
    ])
  })

  it('copy into the image what is in the repository or is built, and run it as nobody', () => {
    const built = ['node_modules', '.next', 'dist']
    const copied = [...read('Dockerfile').matchAll(/--from=build ((?:\/app\/\S+ )+)/g)].flatMap(
      ([, files = '']) =>
        files
          .trim()
          .split(' ')
          .map((file) => file.replace('/app/', '')),
    )
    expect(copied.length).toBeGreaterThan(5)
    for (const file of copied)
      expect(built.includes(file) || existsSync(path.join(root, file)), file).toBe(true)
    expect(read('Dockerfile')).toMatch(/^USER 1000:1000$/m)
  })

  it('let the users of NATS say and hear what those of the private server may', () => {
    const passwords = Object.fromEntries(
      natsUsers.map((user) => [user, `$NATS_${user.toUpperCase()}_PASSWORD`]),
    )
    const expected = authorization(passwords as unknown as NatsPasswords).replaceAll(/"(\$NATS_\w+)"/g, '$1')
    expect(read(`${folder}/nats.conf`)).toContain(expected)
  })
})

function containers(): Container[] {
  return workloads.flatMap(({ spec }) => spec.template?.spec.containers ?? [])
}

function fail(): never {
  throw new Error('there is no such manifest')
}
