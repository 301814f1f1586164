import { operatorNamespace as namespace, operatorName } from "../../src/kube/installation.ts";
import { type Manifest, nameLabel } from "./manifest.ts";

/** The process itself: ServiceAccount, Deployment and PodDisruptionBudget. */

/** `--metrics-address` and `--health-address` of `run`. */
export const metricsPort = 8080;
export const healthPort = 8081;

const selector = { ...nameLabel, "app.kubernetes.io/component": "controller" } as const;

const credentialsComment = `\
Identity of the operator in Kubernetes and AWS. Credentials come from the default chain of the AWS SDK:
- EKS Pod Identity: associate this ServiceAccount with a role (aws eks create-pod-identity-association); it needs no annotation.
- IAM roles for service accounts (IRSA): set the role as an annotation,
  kubectl -n ${namespace} annotate serviceaccount ${operatorName} eks.amazonaws.com/role-arn=arn:aws:iam::...:role/...
  and restart the Deployment. Both also set the region of the pod; elsewhere set AWS_REGION or --region.`;

/** Conforms to the Pod Security profile `restricted`. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: 65_532,
  runAsGroup: 65_532,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
} as const;

/** The image is for Linux only. */
export const nodeSelector = { "kubernetes.io/os": "linux" } as const;

/** 132 instead of 240 MiB resident with 1,000 objects (docs/performance.md). */
export const smallYoungGeneration = "--max-semi-space-size=4";

/**
 * How much of the container's memory V8's old generation may take, in percent. Without it V8 takes all of a container of
 * 256 MiB for its heap, and the kernel ends the process before V8 collects its garbage.
 */
export const heapPercentage = 60;

/** As the manifests and the chart set it. */
export const nodeOptions = {
  name: "NODE_OPTIONS",
  value: `${smallYoungGeneration} --max-old-space-size-percentage=${heapPercentage}`,
} as const;

/**
 * @param image with its tag or digest
 * @param args additional arguments of `run`
 * @param env additional environment variables of the operator
 */
export function workloadManifests(
  image: string,
  version: string,
  args: readonly string[],
  env: readonly object[] = [],
): readonly Manifest[] {
  const labels = { ...selector, "app.kubernetes.io/version": version };
  return [
    {
      comment: credentialsComment,
      value: {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: operatorName, namespace, labels: nameLabel },
      },
    },
    {
      comment: "Two replicas: one leads and writes, the other takes over within 17 seconds of a crash.",
      value: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: operatorName, namespace, labels },
        spec: {
          replicas: 2,
          revisionHistoryLimit: 10,
          selector: { matchLabels: selector },
          template: { metadata: { labels }, spec: podSpec(image, args, env) },
        },
      },
    },
    {
      comment: "Metrics of both replicas for Prometheus.",
      value: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: operatorName, namespace, labels },
        spec: { ports: [{ name: "metrics", port: metricsPort, targetPort: "metrics" }], selector },
      },
    },
    {
      value: {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: operatorName, namespace, labels: selector },
        spec: {
          maxUnavailable: 1,
          // A pod that is not ready must not block the draining of a node.
          unhealthyPodEvictionPolicy: "AlwaysAllow",
          selector: { matchLabels: selector },
        },
      },
    },
  ];
}

function podSpec(image: string, args: readonly string[], env: readonly object[]): object {
  return {
    serviceAccountName: operatorName,
    // The lease is released after running writes have ended, each within 10 seconds.
    terminationGracePeriodSeconds: 30,
    securityContext: podSecurity,
    nodeSelector,
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: selector },
      // Pods of the previous version do not count during a rollout.
      matchLabelKeys: ["pod-template-hash"],
    })),
    containers: [
      {
        name: "operator",
        image,
        imagePullPolicy: "IfNotPresent",
        args: ["run", ...args, `--lease-namespace=${namespace}`],
        env: [nodeOptions, ...env],
        ports: [
          { name: "metrics", containerPort: metricsPort },
          { name: "health", containerPort: healthPort },
        ],
        startupProbe: {
          httpGet: { path: "/healthz", port: "health" },
          periodSeconds: 2,
          timeoutSeconds: 5,
          failureThreshold: 30,
        },
        livenessProbe: {
          httpGet: { path: "/healthz", port: "health" },
          periodSeconds: 20,
          timeoutSeconds: 5,
          failureThreshold: 3,
        },
        readinessProbe: {
          httpGet: { path: "/readyz", port: "health" },
          periodSeconds: 5,
          timeoutSeconds: 5,
          failureThreshold: 3,
        },
        // What 1,000 objects need (docs/performance.md). No CPU limit, because a throttled leader would lose its Lease.
        resources: { requests: { cpu: "50m", memory: "160Mi" }, limits: { memory: "256Mi" } },
        securityContext: containerSecurity,
      },
    ],
  };
}
