import { z } from "zod";
import { choice, integer, list, map, off, on, open, port, quantity, section, text } from "./value.ts";

const number = (preset: number, minimum = 1) => z.number().int().min(minimum).default(preset);

/** When a container is asked, the page is given. */
function probe(
  description: string,
  presets: Record<"initialDelaySeconds" | "periodSeconds" | "failureThreshold", number>,
) {
  return section(description, {
    initialDelaySeconds: number(presets.initialDelaySeconds, 0).describe("Before the first question."),
    periodSeconds: number(presets.periodSeconds).describe("Between two."),
    timeoutSeconds: number(5).describe("For the answer."),
    failureThreshold: number(presets.failureThreshold).describe("So many times no answer."),
  });
}

/** How many there are, and where. */
export const availability = {
  replicas: z.number().int().min(0).max(5).default(2).describe("One leads, the others take over within 17 seconds."),
  updateStrategy: open("Of the Deployment. Empty: `RollingUpdate`, or `Recreate` without leader election."),
  revisionHistoryLimit: integer("ReplicaSets kept for a rollback.", 10),
  podDisruptionBudget: section("How many pods a drained node may take at a time.", {
    enabled: on("Make it, when there is more than one replica."),
    maxUnavailable: z
      .union([z.number().int().min(0), z.string().regex(/^(\d{1,2}|100)%$/)])
      .default(1)
      .describe("Pods that may be away."),
    unhealthyPodEvictionPolicy: choice("A pod that is not ready protects nothing.", ["AlwaysAllow", "IfHealthyBudget"]),
  }),
  topologySpread: section("Replicas in different zones and on different nodes.", {
    enabled: on("Spread them."),
    whenUnsatisfiable: choice("When they cannot be.", ["ScheduleAnyway", "DoNotSchedule"]),
  }),
  topologySpreadConstraints: list("More constraints, in Kubernetes' own shape."),
  priorityClassName: text("Such as `system-cluster-critical`."),
  nodeSelector: map("Labels that a node must have."),
  tolerations: list("Taints that are tolerated."),
  affinity: open("Affinity and anti-affinity."),
  runtimeClassName: text("RuntimeClass of the pod."),
  schedulerName: text("Another scheduler."),
  hostAliases: list("More lines for `/etc/hosts`."),
  dnsPolicy: text("`ClusterFirst` when empty."),
  dnsConfig: open("More for `/etc/resolv.conf`."),
  hostNetwork: off("Use the node's network."),
  hostUsers: on("Off: user namespaces, where the cluster has them."),
  terminationGracePeriodSeconds: integer("Enough to end the writes under way and release the lease.", 30, 1),
} as const;

/** The pod and its container. */
export const podValues = {
  deploymentAnnotations: map("Of the Deployment."),
  podLabels: map("Of the pods."),
  podAnnotations: map("Of the pods."),
  podSecurityContext: open("Fits the Pod Security profile `restricted`.", {
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    seccompProfile: { type: "RuntimeDefault" },
  }),
  securityContext: open("Of the container; it writes no file.", {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  }),
  openshift: off("Leave user and group to OpenShift's own admission."),
  resources: quantity("Measured in docs/performance.md. No limit of CPU: throttled, the leader would lose its lease.", {
    requests: { cpu: "50m", memory: "64Mi" },
    limits: { memory: "256Mi" },
  }),
  nodeOptions: text(
    "`NODE_OPTIONS`: a small young generation, 132 instead of 240 MiB resident with 1,000 objects.",
    "--max-semi-space-size=4",
  ),
  healthPort: port("Of `/healthz` and `/readyz`.", 8081),
  startupProbe: probe("Of `/healthz`, until it answers for the first time; only then the others begin.", {
    initialDelaySeconds: 0,
    periodSeconds: 2,
    failureThreshold: 30,
  }),
  livenessProbe: probe("Not answering: the event loop stands still, or a watch.", {
    initialDelaySeconds: 0,
    periodSeconds: 20,
    failureThreshold: 3,
  }),
  readinessProbe: probe("Answering: caches are filled, and the leader has read AWS.", {
    initialDelaySeconds: 0,
    periodSeconds: 5,
    failureThreshold: 3,
  }),
  extraArgs: z.array(z.string()).default([]).describe("More arguments for `run`."),
  extraEnv: list("More variables, such as `{name: HTTPS_PROXY, value: …}`."),
  extraEnvFrom: list("Variables from Secrets and ConfigMaps."),
  extraVolumes: list("More volumes."),
  extraVolumeMounts: list("And where the container has them."),
  initContainers: list("Containers before it."),
  sidecars: list("Containers beside it."),
} as const;
