import type { z } from "zod";
import { flagValues } from "../../scripts/chart/flag-values.ts";
import type { Values } from "./helm.ts";

/** A new flag of `run` is in it at once. */
export const everyFlag: Values = Object.fromEntries(
  Object.entries(flagValues().unwrap().shape).map(([name, type]) => [name, sampleOf(type)]),
);

/** A value of this type that is not a default. */
function sampleOf(type: z.ZodType): unknown {
  const boundary = "arn:aws:iam::123456789012:policy/boundary";
  const lists = [
    ["123456789012", "123456789013"],
    ["team/a*", "*/b"],
    ["us-east-1", "ap-*"],
    [boundary, "arn:aws:iam::*:policy/b*"],
    ["https://sqs.eu-west-1.amazonaws.com/123456789012/aws-batch-operator-events"],
  ];
  const samples = [true, 2, ...lists, "debug", "narrow", "Retain", "sample", "eu-west-1", boundary];
  const sample = samples.find((one) => type.safeParse(one).success);
  if (sample === undefined) throw new Error("no sample is a value of this type");
  return sample;
}

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const monitor = {
  enabled: true,
  namespace: "monitoring",
  labels: { release: "prometheus" },
  annotations: { team: "platform" },
  interval: "30s",
  scrapeTimeout: "10s",
  honorLabels: true,
  sampleLimit: 5000,
  relabelings: [{ action: "labeldrop", regex: "pod" }],
  metricRelabelings: [{ action: "drop", regex: "nodejs_.*", sourceLabels: ["__name__"] }],
};
const tlsConfig = {
  ca: { configMap: { name: "authority", key: "ca.crt" } },
  cert: { secret: { name: "prometheus", key: "tls.crt" } },
  keySecret: { name: "prometheus", key: "tls.key" },
  serverName: "batch.test",
};
const probe = { initialDelaySeconds: 3, periodSeconds: 7, timeoutSeconds: 2, failureThreshold: 9 };

/** Ways in which people install, by name. Together they set every value; a test sees to that. */
export const valueSets: Readonly<Record<string, Values>> = {
  names: { nameOverride: "batch-controller", namespaceOverride: "elsewhere" },
  "full name": { fullnameOverride: "abo" },
  "common metadata": { commonLabels: { team: "platform" }, commonAnnotations: { contact: "oncall" } },
  "image by tag": {
    image: { registry: "registry.test", repository: "tools/batch", tag: "1.2.3", pullPolicy: "Always" },
    imagePullSecrets: [{ name: "registry" }],
  },
  "image by digest": { image: { digest } },
  "values of the chart around it": {
    imagePullSecrets: [{ name: "registry" }],
    global: { imageRegistry: "mirror.test/hub", imagePullSecrets: ["mirror", { name: "other" }] },
  },
  flags: { flags: everyFlag },
  "two namespaces only": { watch: { namespaces: ["team-a", "team-b"] } },
  "one namespace with more rules": {
    watch: { namespaces: ["team-a"] },
    rbac: { extraRules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }] },
  },
  "one replica without leader election": { replicas: 1, leaderElection: { enabled: false } },
  "lease elsewhere": { leaderElection: { namespace: "leases" } },
  IRSA: {
    aws: { roleArn: "arn:aws:iam::123456789012:role/batch-operator" },
    serviceAccount: {
      labels: { identity: "irsa" },
      annotations: { "eks.amazonaws.com/sts-regional-endpoints": "true" },
    },
  },
  "static credentials": { aws: { credentialsSecret: "aws", endpointUrl: "https://aws.test" } },
  "a given ServiceAccount": { serviceAccount: { create: false, name: "given" } },
  "the token as a volume": { serviceAccount: { automountToken: false } },
  "no roles": { rbac: { create: false } },
  "roles for viewers, editors and administrators": { rbac: { aggregateToEdit: true, aggregateToAdmin: true } },
  "roles for editors only": { rbac: { aggregateToView: false, aggregateToEdit: true } },
  "more rules": { rbac: { extraRules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }] } },
  "definitions from elsewhere": { crds: { enabled: false } },
  "definitions that never get older": { crds: { downgradeProtection: true } },
  "definitions that go with the release": { crds: { keep: false } },
  "protection from deletion": { deletionProtection: { enabled: true } },
  "protection of names": {
    nameProtection: { enabled: true },
    flags: { allowedNames: ["team-a/prod_*"], adoptableNames: ["*/old-*", "team-b/legacy_*"] },
  },
  "three replicas": {
    replicas: 3,
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    revisionHistoryLimit: 3,
    podDisruptionBudget: { maxUnavailable: "50%", unhealthyPodEvictionPolicy: "IfHealthyBudget" },
    topologySpread: { whenUnsatisfiable: "DoNotSchedule" },
    terminationGracePeriodSeconds: 60,
  },
  "no budget and no spread": {
    podDisruptionBudget: { enabled: false },
    topologySpread: { enabled: false },
  },
  "spread by rack": {
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "rack", whenUnsatisfiable: "ScheduleAnyway", labelSelector: {} },
    ],
  },
  scheduling: {
    priorityClassName: "system-cluster-critical",
    nodeSelector: { "kubernetes.io/arch": "arm64" },
    tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
    affinity: { nodeAffinity: {} },
    runtimeClassName: "gvisor",
    schedulerName: "other",
  },
  "network of the pod": {
    hostAliases: [{ ip: "10.0.0.1", hostnames: ["aws.test"] }],
    dnsPolicy: "Default",
    dnsConfig: { options: [{ name: "ndots", value: "1" }] },
    hostNetwork: true,
  },
  "user namespaces": { hostUsers: false },
  "pod metadata": {
    deploymentAnnotations: { reloader: "on" },
    podLabels: { "sidecar.istio.io/inject": "false" },
    podAnnotations: { "prometheus.io/scrape": "true" },
  },
  security: {
    podSecurityContext: { fsGroup: 1000, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    securityContext: { runAsUser: 1000 },
  },
  OpenShift: { openshift: true },
  "resources and probes": {
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    nodeOptions: "--max-semi-space-size=8",
    healthPort: 9081,
    startupProbe: probe,
    livenessProbe: probe,
    readinessProbe: probe,
  },
  extras: {
    extraArgs: ["--log-level=warn"],
    extraEnv: [{ name: "HTTPS_PROXY", value: "http://proxy.test:3128" }],
    extraEnvFrom: [{ configMapRef: { name: "more" } }],
    extraVolumes: [{ name: "ca", configMap: { name: "ca" } }],
    extraVolumeMounts: [{ name: "ca", mountPath: "/ca", readOnly: true }],
    initContainers: [{ name: "before", image: "busybox" }],
    sidecars: [{ name: "sidecar", image: "busybox" }],
    extraObjects: [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "{{ .Release.Name }}-more" }, data: { a: "b" } },
    ],
  },
  "metrics Service": {
    metrics: {
      port: 9080,
      service: {
        annotations: { "prometheus.io/scrape": "true" },
        labels: { metrics: "yes" },
        ipFamilyPolicy: "PreferDualStack",
      },
    },
  },
  "no metrics Service": { metrics: { service: { enabled: false } } },
  ServiceMonitor: { metrics: { serviceMonitor: monitor } },
  PodMonitor: { metrics: { podMonitor: monitor } },
  "metrics by HTTPS": {
    metrics: { tls: { secretName: "batch-metrics" }, serviceMonitor: { enabled: true } },
  },
  "metrics for known clients": {
    metrics: {
      tls: { secretName: "batch-metrics", clientCa: { secretName: "clients", key: "clients.crt" } },
      serviceMonitor: { enabled: true, tlsConfig },
      podMonitor: { enabled: true, tlsConfig },
    },
  },
  "alerts and dashboard": {
    metrics: {
      prometheusRule: {
        enabled: true,
        namespace: "monitoring",
        labels: { release: "prometheus" },
        annotations: { team: "platform" },
        runbookBaseUrl: "https://git.test/batch/docs/",
        extraGroups: [{ name: "ours", rules: [{ record: "a", expr: "b" }] }],
      },
      dashboard: {
        enabled: true,
        namespace: "monitoring",
        labels: { grafana: "yes" },
        annotations: { folder: "Batch" },
      },
    },
  },
  NetworkPolicy: {
    networkPolicy: {
      enabled: true,
      metricsFrom: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
      egressPorts: [443],
      nodeCredentials: true,
      extraIngress: [{ ports: [{ port: 9999 }] }],
      extraEgress: [{ ports: [{ port: 3128 }] }],
    },
  },
  VerticalPodAutoscaler: {
    verticalPodAutoscaler: {
      enabled: true,
      updateMode: "Auto",
      minAllowed: { memory: "200Mi" },
      maxAllowed: { memory: "1Gi" },
    },
  },
  "a trial": {
    simulator: {
      enabled: true,
      speed: 50,
      region: "eu-west-1",
      resources: { requests: { memory: "128Mi" }, limits: { memory: "300Mi" } },
    },
    networkPolicy: { enabled: true },
  },
  "no test": { tests: { enabled: false } },
  "a patient test": { tests: { timeoutSeconds: 300 } },
};
