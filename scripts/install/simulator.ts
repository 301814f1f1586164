import { operatorNamespace as namespace, operatorName } from "../../src/kube/installation.ts";
import { type Manifest, nameLabel } from "./manifest.ts";
import { containerSecurity, nodeOptions, nodeSelector, podSecurity } from "./workload.ts";

/** A simulated AWS in the same cluster, for a trial. */

const name = `${operatorName}-simulator`;
const port = 4566;
const region = "us-east-1";
const selector = { ...nameLabel, "app.kubernetes.io/component": "simulator" } as const;

/** The role of the jobs of examples/quickstart. */
export const simulatedRole = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole";

/** Environment of the operator for the simulated AWS. */
export const simulatorEnv = [
  { name: "AWS_ENDPOINT_URL", value: `http://${name}.${namespace}.svc:${port}` },
  { name: "AWS_REGION", value: region },
  { name: "AWS_ACCESS_KEY_ID", value: "simulated" },
  { name: "AWS_SECRET_ACCESS_KEY", value: "simulated" },
] as const;

/** @param image with its tag or digest */
export function simulatorManifests(image: string, version: string): readonly Manifest[] {
  const labels = { ...selector, "app.kubernetes.io/version": version };
  const metadata = { name, namespace, labels };
  return [
    {
      comment: "Never two pods at a time, because the account is in its memory.",
      value: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata,
        spec: {
          replicas: 1,
          strategy: { type: "Recreate" },
          selector: { matchLabels: selector },
          template: { metadata: { labels }, spec: podSpec(image) },
        },
      },
    },
    {
      value: {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { ports: [{ name: "aws", port, targetPort: "aws" }], selector },
      },
    },
    {
      comment: "It accepts any credentials, so only the operator may reach it.",
      value: {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata,
        spec: {
          podSelector: { matchLabels: selector },
          policyTypes: ["Ingress", "Egress"],
          ingress: [
            {
              from: [{ podSelector: { matchLabels: { ...selector, "app.kubernetes.io/component": "controller" } } }],
              ports: [{ port: "aws" }],
            },
          ],
          egress: [],
        },
      },
    },
  ];
}

function podSpec(image: string): object {
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 5,
    securityContext: podSecurity,
    nodeSelector,
    containers: [
      {
        name: "simulator",
        image,
        imagePullPolicy: "IfNotPresent",
        args: ["simulator", "--host=0.0.0.0", `--port=${port}`, "--speed=10", `--region=${region}`],
        env: [nodeOptions],
        ports: [{ name: "aws", containerPort: port }],
        readinessProbe: { tcpSocket: { port: "aws" }, periodSeconds: 2 },
        resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { memory: "256Mi" } },
        securityContext: containerSecurity,
      },
    ],
  };
}
