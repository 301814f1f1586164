import { z } from "zod";
import { nodeOptions as operatorNodeOptions } from "../install/workload.ts";
import { choice, integer, list, listOf, map, off, on, open, port, quantity, section, text } from "./value.ts";

const number = (preset: number, minimum = 1) => z.number().int().min(minimum).default(preset);

/** Timing of a probe. @param name as in "startup probe" */
function probe(
  name: string,
  description: string,
  presets: Record<"initialDelaySeconds" | "periodSeconds" | "failureThreshold", number>,
) {
  return section(description, {
    initialDelaySeconds: number(presets.initialDelaySeconds, 0).describe(`Delay before the first ${name} probe.`),
    periodSeconds: number(presets.periodSeconds).describe(`Seconds between two ${name} probes.`),
    timeoutSeconds: number(5).describe(`Timeout of a ${name} probe.`),
    failureThreshold: number(presets.failureThreshold).describe(
      `Failed ${name} probes in a row until the pod counts as failed.`,
    ),
  });
}

/** Replicas and scheduling. */
export const availability = {
  replicas: z
    .number()
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe("Replicas: one leads, the others take over within 17 seconds."),
  updateStrategy: open(
    "Update strategy of the Deployment. Empty: `RollingUpdate`, or `Recreate` without leader election.",
  ),
  revisionHistoryLimit: integer("Number of ReplicaSets to keep for a rollback.", 10),
  podDisruptionBudget: section("PodDisruptionBudget.", {
    enabled: on("Create the PodDisruptionBudget if there is more than one replica."),
    maxUnavailable: z
      .union([z.number().int().min(0), z.string().regex(/^(\d{1,2}|100)%$/)])
      .default(1)
      .describe("Maximum number of pods that an eviction may make unavailable."),
    unhealthyPodEvictionPolicy: choice("Eviction policy of pods that are not ready.", [
      "AlwaysAllow",
      "IfHealthyBudget",
    ]),
  }),
  topologySpread: section("Spread replicas over zones and nodes.", {
    enabled: on("Add constraints that spread the replicas over zones and nodes."),
    whenUnsatisfiable: choice("Policy if replicas cannot be spread.", ["ScheduleAnyway", "DoNotSchedule"]),
  }),
  topologySpreadConstraints: list("Additional topology spread constraints, in Kubernetes' own format."),
  priorityClassName: text("Priority class, such as `system-cluster-critical`."),
  nodeSelector: map("Labels that the node must have.", { "kubernetes.io/os": "linux" }),
  tolerations: list("Tolerations of the pod."),
  affinity: open("Affinity and anti-affinity."),
  runtimeClassName: text("RuntimeClass of the pod."),
  schedulerName: text("Scheduler of the pod."),
  hostAliases: list("Additional lines in `/etc/hosts` of the pod."),
  dnsPolicy: text("DNS policy of the pod. Empty: `ClusterFirst`."),
  dnsConfig: open("Additional settings in `/etc/resolv.conf` of the pod."),
  hostNetwork: off("Use the network of the node."),
  hostUsers: on("Use the user namespace of the node. Off: a user namespace per pod, if the cluster supports it."),
  terminationGracePeriodSeconds: integer(
    "Grace period of the pod in seconds: long enough to finish current writes and release the Lease.",
    30,
    1,
  ),
} as const;

/** Pod and container. */
export const podValues = {
  deploymentAnnotations: map("Annotations of the Deployment."),
  podLabels: map("Labels of the pods."),
  podAnnotations: map("Annotations of the pods."),
  podSecurityContext: open("Security context of the pod; conforms to the Pod Security profile `restricted`.", {
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    seccompProfile: { type: "RuntimeDefault" },
  }),
  securityContext: open("Security context of the container, which writes no files.", {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  }),
  openshift: off("Let OpenShift's admission set user and group."),
  resources: quantity(
    "Resources of the operator; the memory is what 1,000 objects need (docs/performance.md). No CPU limit, because a throttled leader would lose its Lease.",
    {
      requests: { cpu: "50m", memory: "160Mi" },
      limits: { memory: "256Mi" },
    },
  ),
  nodeOptions: text(
    "`NODE_OPTIONS`. The default limits the young generation (132 instead of 240 MiB resident with 1,000 objects), and the heap to a part of the memory limit: without that V8 lets garbage grow until the kernel ends the process.",
    operatorNodeOptions.value,
  ),
  healthPort: port("Port of `/healthz` and `/readyz`.", 8081),
  startupProbe: probe("startup", "Startup probe on `/healthz`; the other probes start after its first success.", {
    initialDelaySeconds: 0,
    periodSeconds: 2,
    failureThreshold: 30,
  }),
  livenessProbe: probe("liveness", "Liveness probe; fails if the event loop or a watch hangs.", {
    initialDelaySeconds: 0,
    periodSeconds: 20,
    failureThreshold: 3,
  }),
  readinessProbe: probe("readiness", "Readiness probe; succeeds when caches are filled and the leader has read AWS.", {
    initialDelaySeconds: 0,
    periodSeconds: 5,
    failureThreshold: 3,
  }),
  extraArgs: listOf(z.string().min(1), "Additional arguments of `run`."),
  extraEnv: list("Additional environment variables, such as `{name: HTTPS_PROXY, value: …}`."),
  extraEnvFrom: list("Environment variables from Secrets and ConfigMaps."),
  extraVolumes: list("Additional volumes."),
  extraVolumeMounts: list("Additional volume mounts of the container."),
  initContainers: list("Init containers."),
  sidecars: list("Sidecar containers."),
} as const;
