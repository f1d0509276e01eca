import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
    const { redis, providers } = { ...chart('values.yaml').networkPolicy, ...values.networkPolicy }
    expect(new Set(ports)).toEqual(new Set([53, ...redis.ports, ...providers.ports]))
  })
})
