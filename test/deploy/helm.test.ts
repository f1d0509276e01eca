import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'

const DIGEST = execFileSync(process.execPath, ['deploy/helm/digest.mjs'], { encoding: 'utf8' }).trim()
const text = (name: string): string => readFileSync(`deploy/helm/rendered/${name}.yaml`, 'utf8')
const chart = (path: string): any => parse(readFileSync(`deploy/helm/kyc-graph/${path}`, 'utf8'))
const valuesOf = (name: string): any => ({
  ...chart('values.yaml'),
  ...parse(readFileSync(`deploy/helm/values/${name}.yaml`, 'utf8')),
})

test('the chart has the version of the server', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(chart('Chart.yaml')).toMatchObject({ version, appVersion: version })
})

/** The example of further egress in the values, without its marks of a comment. */
const extraEgressExample = (): any => {
  const [, example] = /^ {2}extraEgress: \[\]\n((?: +#.*\n)+)/m.exec(
    readFileSync('deploy/helm/kyc-graph/values.yaml', 'utf8'),
  )!
  return parse(example!.replace(/^ +# (?=-| {2})/gm, ''))
}

test('the example of further egress reaches Pod Identity, NodeLocal DNSCache and a collector', () => {
  const addresses = extraEgressExample().flatMap(({ to, ports }: any) =>
    ports.map(({ protocol, port }: any) => `${to[0].ipBlock?.cidr ?? 'a namespace'} ${protocol} ${port}`),
  )
  expect(addresses).toEqual([
    '169.254.170.23/32 TCP 80',
    '169.254.20.10/32 UDP 53',
    '169.254.20.10/32 TCP 53',
    'a namespace TCP 4318',
  ])
})

function schemaOfValues() {
  const { $schema: _, ...schema } = JSON.parse(readFileSync('deploy/helm/kyc-graph/values.schema.json', 'utf8'))
  return new Ajv({ strict: false }).compile(schema)
}

/** Whether the schema takes settings beside those that it requires. */
function takesSettings(): (settings: object) => boolean {
  const isValid = schemaOfValues()
  return (settings) =>
    isValid({ ...chart('values.yaml'), settings: { AUTH_ISSUER: 'https://issuer.example', ...settings } })
}

test('the schema refuses addresses with credentials as settings', () => {
  const isTaken = takesSettings()
  const documented = readFileSync('docs/configuration.md', 'utf8').matchAll(
    /^\| `(\w+_PROXY|\w+_PROXY_URL|REDIS_URL)` \|.*secret/gm,
  )
  const names = [...documented].map(([, name]) => name!)
  expect(names).toEqual(expect.arrayContaining(['HTTPS_PROXY', 'HTTP_PROXY', 'REDIS_URL', 'SYNCTERA_PROXY_URL']))
  for (const name of names) {
    expect(isTaken({ [name]: 'http://host.example:3128' })).toBe(true)
    for (const address of [
      'http://user:word@host.example',
      'http://a.example,http://:word@b.example',
      'http:user:word@host',
      'redis+sentinel://host:26379/kyc?sentinelPassword=word',
    ])
      expect(isTaken({ [name]: address })).toBe(false)
  }
})

test('the schema refuses numbers that lose digits', () => {
  const isTaken = takesSettings()
  for (const id of [12_345_678, '12345678901234567']) expect(isTaken({ APITURE_CLIENT_ID: id })).toBe(true)
  expect(isTaken({ APITURE_CLIENT_ID: Number.MAX_SAFE_INTEGER + 1 })).toBe(false)
})

test('a rule of further egress names peers and ports', () => {
  const isValid = schemaOfValues()
  const values = { ...chart('values.yaml'), settings: { AUTH_ISSUER: 'https://issuer.example' } }
  const isTaken = (extraEgress: readonly object[]): boolean =>
    isValid({ ...values, networkPolicy: { ...values.networkPolicy, extraEgress } })
  const [rule] = extraEgressExample()
  expect(isTaken(extraEgressExample())).toBe(true)
  for (const open of [{ to: rule.to }, { ports: rule.ports }, { ...rule, to: [] }, { ...rule, to: [{}] }])
    expect(isTaken([open])).toBe(false)
})

test('the chart promises no credentials that the server does not read', () => {
  const texts = ['kyc-graph/values.yaml', 'values/bank.yaml', 'values/tenants.yaml', 'rendered/tenants.yaml']
  for (const path of texts)
    expect(readFileSync(`deploy/helm/${path}`, 'utf8')).not.toMatch(/IRSA|eks\.amazonaws\.com\/role-arn/)
})

// Rendered by Helm and checked by kubeconform: `deploy/helm/check.sh`.
describe.each(['bank', 'tenants'])('rendered with the values of %s', (name) => {
  const objects = parseAllDocuments(text(name))
    .map((document) => document.toJS())
    .filter(Boolean)
  const of = (kind: string): any => objects.find((object) => object.kind === kind)
  const values = valuesOf(name)
  const pod = of('Deployment').spec.template.spec
  const [container] = pod.containers

  test('is what the chart renders now; else run deploy/helm/check.sh', () => {
    expect(text(name).split('\n')[0]).toContain(DIGEST)
  })

  test('settings are texts, and numbers have all their digits', () => {
    const texts = Object.entries<unknown>(values.settings).map(([setting, value]) => [setting, String(value)])
    expect(of('ConfigMap').data).toMatchObject(Object.fromEntries(texts))
  })

  test('a stop has the time before SIGTERM, the drain delay and 45 s', () => {
    const { preStopSeconds, drainDelayMs } = values.shutdown
    expect(container.lifecycle.preStop).toEqual({ sleep: { seconds: preStopSeconds } })
    expect(of('ConfigMap').data.DRAIN_DELAY_MS).toBe(String(drainDelayMs))
    expect(pod.terminationGracePeriodSeconds).toBe(preStopSeconds + Math.ceil(drainDelayMs / 1000) + 45)
  })

  test('the probes ask the admin listener', () => {
    const { data } = of('ConfigMap')
    expect(container.ports).toEqual([
      { name: 'graphql', containerPort: Number(data.PORT) },
      { name: 'admin', containerPort: Number(data.ADMIN_PORT) },
    ])
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe]
    expect(probes.map(({ httpGet }) => httpGet)).toEqual(
      ['/health', '/health', '/ready'].map((path) => ({ path, port: 'admin' })),
    )
    expect(data).toMatchObject({ HOST: '0.0.0.0', ADMIN_HOST: '0.0.0.0' })
    const [service] = objects.filter(({ kind }) => kind === 'Service')
    expect(service.spec.ports.map(({ targetPort }: any) => targetPort)).toEqual(['graphql'])
  })

  test('the container has no rights', () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false })
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('secrets are files', () => {
    const [mount] = container.volumeMounts
    expect(Object.fromEntries(container.env.map(({ name, value }: any) => [name, value]))).toEqual(
      Object.fromEntries(
        Object.entries(values.secrets.files).map(([name, key]) => [name, `${mount.mountPath}/${String(key)}`]),
      ),
    )
    expect(pod.volumes[0].secret).toMatchObject({ secretName: values.secrets.existingSecret, defaultMode: 0o440 })
    expect(objects.some(({ kind }) => kind === 'Secret')).toBe(false)
  })

  test('every selector finds the pods', () => {
    const { labels } = of('Deployment').spec.template.metadata
    const selectors = [
      of('Deployment').spec.selector.matchLabels,
      of('PodDisruptionBudget').spec.selector.matchLabels,
      of('NetworkPolicy').spec.podSelector.matchLabels,
      ...pod.topologySpreadConstraints.map(({ labelSelector }: any) => labelSelector.matchLabels),
      ...objects.filter(({ kind }) => kind === 'Service').map(({ spec }) => spec.selector),
    ]
    for (const selector of selectors) expect(labels).toMatchObject(selector)
  })

  test('replicas are counted by the Deployment or by the autoscaler', () => {
    const { enabled, minReplicas } = values.autoscaling
    expect(of('Deployment').spec.replicas).toBe(enabled ? undefined : values.replicas)
    expect(of('HorizontalPodAutoscaler')?.spec.minReplicas).toBe(enabled ? minReplicas : undefined)
  })

  test('connections go only where the values say', () => {
    const { ingress, egress } = of('NetworkPolicy').spec
    const peers = [...ingress.map(({ from }: any) => from), ...egress.map(({ to }: any) => to)]
    expect(peers.every((list: readonly object[]) => list.length > 0)).toBe(true)
    const ports = egress.flatMap((rule: any) => rule.ports.map(({ port }: any) => port))
    const { redis, providers, extraEgress } = { ...chart('values.yaml').networkPolicy, ...values.networkPolicy }
    const extraPorts = extraEgress.flatMap((rule: any) => rule.ports.map(({ port }: any) => port))
    expect(new Set(ports)).toEqual(new Set([53, ...redis.ports, ...providers.ports, ...extraPorts]))
    expect(egress.slice(egress.length - extraEgress.length)).toEqual(extraEgress)
  })
})
