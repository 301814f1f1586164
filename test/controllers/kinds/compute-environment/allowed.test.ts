import { describe, expect, it } from "vitest";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { BatchNetwork } from "../../../../src/api/v1alpha1/batch-network.ts";
import { namedBy as namedByNetwork } from "../../../../src/controllers/kinds/batch-network/spec.ts";
import { namedBy as namedByEnvironment } from "../../../../src/controllers/kinds/compute-environment/allowed.ts";
import type { NamespaceAnnotations } from "../../../../src/controllers/ownership/limits.ts";
import {
  allowedIn,
  allowedStep,
  defaultEnvironmentLimits,
  type EnvironmentLimits,
} from "../../../../src/controllers/parts/allowed/limits.ts";
import { network } from "../batch-network/given.ts";
import { ec2, object } from "./given.ts";

type Annotations = Readonly<Record<string, string>>;
type Resources = NonNullable<BatchComputeEnvironment["spec"]["computeResources"]>;
type Object = BatchComputeEnvironment | BatchNetwork;

const { subnets: _subnets, securityGroupIds: _groups, ...bare } = ec2.computeResources as Resources;
const using = (resources: Partial<Resources>) => object({ ...ec2, computeResources: { ...bare, ...resources } });
const endpointsOf = (...services: string[]) => network({ subnets: ["subnet-0a"], vpcEndpoints: { services } });
const ingressFrom = (...peers: string[]) =>
  network({
    subnets: ["subnet-0a"],
    securityGroup: { ingress: peers.map((peer) => ({ protocol: "all" as const, peer })) },
  });
const namedBy = (one: Object) => ("vpcId" in one.spec ? namedByNetwork(one as BatchNetwork) : namedByEnvironment(one));
const onEks = (eksClusterArn: string) =>
  object({ ...ec2, computeResources: bare, eksConfiguration: { eksClusterArn, kubernetesNamespace: "jobs" } });
const selecting = network({ subnets: undefined, subnetSelector: { tags: { tier: "private" } } } as never, {
  resolvedSubnets: { selector: "{}", ids: ["subnet-0c"], since: "2026-01-01T00:00:00Z" },
});

/** The message of the refusal, or undefined. */
function refusal(
  one: Object,
  flags: Partial<EnvironmentLimits> = {},
  annotations: Annotations = {},
  mode: NamespaceAnnotations = "replace",
) {
  const seen = allowedIn(namedBy(one), { ...defaultEnvironmentLimits, ...flags }, annotations, mode);
  return seen.kind === "refused" ? seen.message : undefined;
}

const cluster = "arn:aws:eks:eu-west-1:123456789012:cluster/team";
const team = {
  allowedResources: [
    "subnet/subnet-0a",
    "security-group/sg-0a*",
    "launch-template/team-*",
    "key-pair/team",
    "placement-group/team",
    cluster,
  ],
};

describe("what an environment or a network may use", () => {
  it.each<[string, Object, Partial<EnvironmentLimits>, Annotations]>([
    ["any network, when nobody limits networks", using({ subnets: ["subnet-9"], securityGroupIds: ["sg-9"] }), {}, {}],
    ["a listed subnet and group", using({ subnets: ["subnet-0a"], securityGroupIds: ["sg-0a1"] }), team, {}],
    ["a listed launch template", using({ launchTemplate: { launchTemplateName: "team-a", version: "1" } }), team, {}],
    ["a listed key pair and placement group", using({ ec2KeyPair: "team", placementGroup: "team" }), team, {}],
    ["a listed EKS cluster", onEks(cluster), team, {}],
    [
      "what its namespace names",
      using({ subnets: ["subnet-0z"] }),
      team,
      { "awsbatch.dev/allowed-resources": "subnet/subnet-0z" },
    ],
    ["endpoints that Batch needs", endpointsOf("ecs-agent", "ecr.api", "s3", "logs"), {}, {}],
    ["endpoints that its namespace names", endpointsOf("kms"), {}, { "awsbatch.dev/allowed-endpoint-services": "kms" }],
    [
      "ingress from private networks and groups",
      ingressFrom(
        "10.0.0.0/8",
        "10.255.255.255/32",
        "172.16.0.0/12",
        "172.31.0.0/16",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "100.127.255.0/24",
        "169.254.0.0/16",
        "fc00::/7",
        "fd12:3456::/48",
        "fe80::/10",
        "fe80::1/128",
        "self",
        "sg-1",
      ),
      {},
      {},
    ],
    ["ingress from anywhere, where the flag allows it", ingressFrom("0.0.0.0/0"), { allowPublicIngress: true }, {}],
    [
      "ingress from anywhere, where its namespace allows it",
      ingressFrom("::/0"),
      {},
      { "awsbatch.dev/allow-public-ingress": "true" },
    ],
  ])("is %s", (_what, one, flags, annotations) => {
    expect(refusal(one, flags, annotations)).toBeUndefined();
  });

  it("needs no read of the namespace when the spec names nothing that is limited", () => {
    expect(namedBy(object({ type: "UNMANAGED" }))).toEqual([]);
    expect(namedBy(using({ subnets: ["subnet-1"] }))).toHaveLength(1);
  });
});

const provider = (networkConfiguration: { subnets: string[]; securityGroups: string[] }, group?: string) =>
  using({
    managedInstancesProvider: {
      infrastructureRoleArn: "arn:aws:iam::123456789012:role/x",
      instanceLaunchTemplate: {
        ec2InstanceProfileArn: "arn:aws:iam::123456789012:instance-profile/x",
        networkConfiguration,
        ...(group === undefined ? {} : { capacityReservations: { reservationGroupArn: group } }),
      },
    },
  });

type Attack = [what: string, one: Object, flags: Partial<EnvironmentLimits>, named: string];

/** One address or more of the internet, whatever else is in the range. */
const publicPeers: readonly string[] = [
  "010.0.0.0/8",
  "0.0.0.0/0",
  "0.0.0.0/1",
  "128.0.0.0/1",
  "10.0.0.0/7",
  "11.0.0.0/8",
  "54.0.0.0/8",
  "203.0.113.7/32",
  "8.8.8.8/32",
  "172.16.0.0/11",
  "172.32.0.0/12",
  "192.168.0.0/15",
  "192.169.0.0/16",
  "192.0.2.0/24",
  "100.64.0.0/9",
  "100.128.0.0/10",
  "169.254.0.0/15",
  "127.0.0.1/32",
  "224.0.0.0/4",
  "255.255.255.255/32",
  "::/0",
  "::/1",
  "8000::/1",
  "2000::/3",
  "2600:1f00::/24",
  "2001:db8::1/128",
  "fc00::/6",
  "fe00::/7",
  "fe80::/9",
  "::ffff:a00:0/104",
  "::ffff:10.0.0.0/104",
  "64:ff9b::a00:0/104",
  // What the schema accepts, and nobody can read.
  "10.0.0.0/99",
  "10.0.0.256/32",
  "10.0.0/8",
  "fc00:::/7",
  "pl-1",
  "pl-0123456789abcdef0",
];

describe("attacks by users that may write environments and networks in a namespace", () => {
  it.each<Attack>([
    ["a subnet of others", using({ subnets: ["subnet-0a", "subnet-0b"] }), team, "subnet/subnet-0b"],
    ["a subnet of others by a selector", selecting, team, "subnet/subnet-0c"],
    ["a security group of others", using({ securityGroupIds: ["sg-0b"] }), team, "security-group/sg-0b"],
    [
      "a launch template of others, which has groups and user data",
      using({ launchTemplate: { launchTemplateId: "lt-1" } }),
      team,
      "launch-template/lt-1",
    ],
    [
      "a launch template of others for some types",
      using({
        launchTemplate: { overrides: [{ launchTemplateName: "prod", targetInstanceTypes: ["c5.large"] }] },
      }),
      team,
      "launch-template/prod",
    ],
    ["a key pair of others", using({ ec2KeyPair: "prod" }), team, "key-pair/prod"],
    ["a placement group of others", using({ placementGroup: "prod" }), team, "placement-group/prod"],
    ["an EKS cluster of others", onEks(`${cluster}-2`), team, `${cluster}-2`],
    [
      "a subnet of others for managed instances",
      provider({ subnets: ["subnet-0b"], securityGroups: ["sg-0a1"] }),
      team,
      "subnet/subnet-0b",
    ],
    [
      "a group of others for managed instances",
      provider({ subnets: ["subnet-0a"], securityGroups: ["sg-0b"] }),
      team,
      "security-group/sg-0b",
    ],
    [
      "capacity that others reserved",
      provider({ subnets: ["subnet-0a"], securityGroups: ["sg-0a1"] }, "arn:aws:resource-groups:x:1:group/prod"),
      team,
      "arn:aws:resource-groups:x:1:group/prod",
    ],
    ["any network, when the list is empty", using({ subnets: ["subnet-0a"] }), { allowedResources: [] }, "none"],
    ["an endpoint that takes an API from the whole VPC", endpointsOf("execute-api"), {}, "execute-api"],
    ["an endpoint for keys", endpointsOf("ecs", "kms"), {}, "kms"],
    ["an endpoint, when the list is empty", endpointsOf("ecs"), { allowedEndpointServices: [] }, "none"],
    ...publicPeers.map((peer): Attack => [`ingress from ${peer}`, ingressFrom("10.0.0.0/8", peer), {}, peer]),
    ["ingress from the whole internet", ingressFrom("0.0.0.0/0"), {}, "--allow-public-ingress"],
  ])("%s: refused", (_what, one, flags, named) => {
    expect(refusal(one, flags)).toMatch(/^spec\..* is not allowed in this namespace/);
    expect(refusal(one, flags)).toContain(named);
  });

  it("is no more by annotations that can only narrow", () => {
    const all = {
      "awsbatch.dev/allowed-resources": "*",
      "awsbatch.dev/allowed-endpoint-services": "*",
      "awsbatch.dev/allow-public-ingress": "true",
    };
    const asked = [using({ subnets: ["subnet-0b"] }), endpointsOf("kms"), ingressFrom("0.0.0.0/0")];
    expect(asked.map((one) => refusal(one, team, all))).toEqual([undefined, undefined, undefined]);
    expect(asked.map((one) => refusal(one, team, all, "narrow"))).toEqual([
      expect.stringContaining("--allowed-resources: "),
      expect.stringContaining("--allowed-endpoint-services: "),
      expect.stringContaining("--allow-public-ingress"),
    ]);
  });
});

describe("the step of an environment that its namespace does not allow", () => {
  it("blocks everything that follows, and is none when all is allowed", () => {
    expect(allowedStep({ kind: "allowed" }, "team")).toEqual([]);
    const [step] = allowedStep({ kind: "refused", message: "no" }, "team");
    expect(step).toMatchObject({ kind: "blocked", reason: "NotAllowed", message: "no" });
    expect(step?.holds).toBeUndefined();
  });

  it("holds the writes while the limits are unknown", () => {
    const [step] = allowedStep({ kind: "unread", why: "forbidden" }, "team");
    expect(step).toMatchObject({ kind: "wait", reason: "NamespaceUnreadable", holds: "writes" });
  });
});
