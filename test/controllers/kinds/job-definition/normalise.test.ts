import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DefinitionRevision } from "../../../../src/aws/batch.ts";
import {
  type DefinitionBody,
  fingerprintOf,
  fingerprintOfSpec,
  normalised,
} from "../../../../src/controllers/kinds/job-definition/normalise.ts";
import { describedBody } from "../../../../src/simulator/job-definition-form.ts";
import { anyRequest } from "./bodies.ts";

const container = (containerProperties: object): DefinitionBody => ({ type: "container", containerProperties });
const onFargate = (containerProperties: object): DefinitionBody => ({
  ...container(containerProperties),
  platformCapabilities: ["FARGATE"],
});
const task = (taskProperties: object): DefinitionBody => ({
  type: "container",
  ecsProperties: { taskProperties: [taskProperties] },
});
const pod = (podProperties: object): DefinitionBody => ({ type: "container", eksProperties: { podProperties } });
const nodes = (...nodeRangeProperties: object[]): DefinitionBody => ({
  type: "multinode",
  nodeProperties: { numNodes: 3, mainNode: 0, nodeRangeProperties },
});

const [a, b] = [
  { name: "A", value: "1" },
  { name: "B", value: "2" },
];
const [secretA, secretB] = [
  { name: "A", valueFrom: "arn:a" },
  { name: "B", valueFrom: "arn:b" },
];

const inEveryRevision = {
  jobDefinitionName: "n",
  revision: 3,
  status: "ACTIVE",
  containerOrchestrationType: "ECS",
  tags: { a: "b" },
};

describe("two bodies are one when", () => {
  const pairs: readonly (readonly [string, DefinitionBody, DefinitionBody])[] = [
    [
      "AWS adds what every revision has",
      container({ image: "i" }),
      {
        ...container({ image: "i" }),
        ...inEveryRevision,
      },
    ],
    ["AWS fills in empty parameters", container({}), { ...container({}), parameters: {} }],
    ["AWS says that tags are not propagated", container({}), { ...container({}), propagateTags: false }],
    ["the platform is EC2 or left out", container({}), { ...container({}), platformCapabilities: ["EC2"] }],
    ["the platforms are an empty list", container({}), { ...container({}), platformCapabilities: [] }],
    [
      "AWS fills in empty retry conditions",
      { ...container({}), retryStrategy: { attempts: 2 } },
      { ...container({}), retryStrategy: { attempts: 2, evaluateOnExit: [] } },
    ],
    [
      "AWS writes the retry action in lower case",
      { ...container({}), retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "1", action: "RETRY" }] } },
      { ...container({}), retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "1", action: "retry" }] } },
    ],
    ["a timeout says nothing", container({}), { ...container({}), timeout: {} }],
    ["a member is null", container({}), { ...container({ user: null, privileged: null }), timeout: null }],
    [
      "AWS fills in the empty lists of a container",
      container({ image: "i" }),
      container({
        image: "i",
        command: [],
        environment: [],
        mountPoints: [],
        volumes: [],
        ulimits: [],
        resourceRequirements: [],
        secrets: [],
      }),
    ],
    [
      "AWS drops a variable with an empty value",
      container({ environment: [a, { name: "EMPTY", value: "" }, { name: "NONE" }] }),
      container({ environment: [a] }),
    ],
    ["variables are reordered", container({ environment: [a, b] }), container({ environment: [b, a] })],
    ["secrets are reordered", container({ secrets: [secretA, secretB] }), container({ secrets: [secretB, secretA] })],
    [
      "volumes, mounts and limits are reordered",
      container({
        volumes: [{ name: "v" }, { name: "w" }],
        mountPoints: [{ containerPath: "/v" }, { containerPath: "/w" }],
        ulimits: [{ name: "core" }, { name: "cpu" }],
      }),
      container({
        volumes: [{ name: "w" }, { name: "v" }],
        mountPoints: [{ containerPath: "/w" }, { containerPath: "/v" }],
        ulimits: [{ name: "cpu" }, { name: "core" }],
      }),
    ],
    [
      "an amount is written in another way, in another order",
      container({
        resourceRequirements: [
          { type: "VCPU", value: "1.0" },
          { type: "MEMORY", value: "2048" },
        ],
      }),
      container({
        resourceRequirements: [
          { type: "MEMORY", value: "2048.0" },
          { type: "VCPU", value: "1" },
        ],
      }),
    ],
    [
      "AWS fills in the options of a log driver",
      container({ logConfiguration: { logDriver: "awslogs" } }),
      container({ logConfiguration: { logDriver: "awslogs", options: {}, secretOptions: [] } }),
    ],
    [
      "AWS fills in the lists of the Linux parameters",
      container({ linuxParameters: { devices: [{ hostPath: "/d" }], tmpfs: [{ containerPath: "/t", size: 1 }] } }),
      container({
        linuxParameters: {
          devices: [{ hostPath: "/d", permissions: [] }],
          tmpfs: [{ containerPath: "/t", size: 1, mountOptions: [] }],
        },
      }),
    ],
    ["Linux parameters say nothing", container({}), container({ linuxParameters: { devices: [], tmpfs: [] } })],
    [
      "AWS fills in the newest Fargate platform",
      onFargate({}),
      onFargate({ fargatePlatformConfiguration: { platformVersion: "LATEST" } }),
    ],
    [
      "Fargate's defaults are given",
      onFargate({}),
      onFargate({
        networkConfiguration: { assignPublicIp: "DISABLED" },
        runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
      }),
    ],
    [
      "AWS describes a member that no model knows",
      onFargate({ networkConfiguration: { assignPublicIp: "ENABLED" } }),
      onFargate({ networkConfiguration: { assignPublicIp: "ENABLED", interfaceConfigurations: [] } }),
    ],
    [
      "a switch that is off is left out",
      container({ privileged: false, readonlyRootFilesystem: false, enableExecuteCommand: false }),
      container({}),
    ],
    [
      "the defaults of a file system are given",
      container({ volumes: [{ name: "v", efsVolumeConfiguration: { fileSystemId: "fs-1" } }] }),
      container({
        volumes: [
          {
            name: "v",
            efsVolumeConfiguration: { fileSystemId: "fs-1", rootDirectory: "/", transitEncryption: "DISABLED" },
          },
        ],
      }),
    ],
    [
      "a volume has an empty host",
      container({ volumes: [{ name: "v" }] }),
      container({ volumes: [{ name: "v", host: {} }] }),
    ],
    [
      "AWS fills in the task and its containers",
      task({ containers: [{ name: "c", image: "i" }] }),
      task({
        platformVersion: "LATEST",
        volumes: [],
        containers: [
          {
            name: "c",
            image: "i",
            essential: true,
            dependsOn: [],
            environment: [],
            mountPoints: [],
            secrets: [],
            ulimits: [],
          },
        ],
      }),
    ],
    [
      "the containers of a task are reordered",
      task({ containers: [{ name: "c" }, { name: "d", environment: [a, b] }] }),
      task({ containers: [{ name: "d", environment: [b, a] }, { name: "c" }] }),
    ],
    [
      "AWS fills in the pod and its containers",
      pod({ containers: [{ image: "i" }] }),
      pod({
        hostNetwork: true,
        volumes: [],
        imagePullSecrets: [],
        containers: [{ name: "Default", image: "i", args: [], command: [], env: [], volumeMounts: [] }],
      }),
    ],
    ["a pod on the host's network has its DNS policy", pod({}), pod({ dnsPolicy: "ClusterFirstWithHostNet" })],
    [
      "a pod on its own network has its DNS policy",
      pod({ hostNetwork: false }),
      pod({ hostNetwork: false, dnsPolicy: "ClusterFirst" }),
    ],
    [
      "the quantities of a pod are written in another way",
      pod({ containers: [{ image: "i", resources: { limits: { cpu: "1", memory: "2048Mi" } } }] }),
      pod({ containers: [{ image: "i", resources: { limits: { memory: "2048Mi", cpu: "1.0" } } }] }),
    ],
    [
      "AWS fills in the containers of node ranges, in any order",
      nodes({ targetNodes: ":0", container: { image: "i" } }, { targetNodes: "1:", container: { image: "j" } }),
      nodes(
        { targetNodes: "1:", container: { image: "j", command: [], environment: [], secrets: [] } },
        { targetNodes: "0:0", container: { image: "i", command: [] }, instanceTypes: [] },
      ),
    ],
    [
      "a consumable resource is named by its ARN",
      { ...container({}), consumableResourceProperties: { consumableResourceList: [{ consumableResource: "seat" }] } },
      {
        ...container({}),
        consumableResourceProperties: {
          consumableResourceList: [{ consumableResource: "arn:aws:batch:eu-west-1:1:consumable-resource/seat" }],
        },
      },
    ],
  ];

  it.each(pairs)("%s", (_name, directives, described) => {
    expect(normalised(described)).toEqual(normalised(directives));
    expect(fingerprintOfSpec(described)).toBe(fingerprintOfSpec(directives));
  });
});

describe("two bodies differ when", () => {
  const pairs: readonly (readonly [string, DefinitionBody, DefinitionBody])[] = [
    ["the image differs", container({ image: "i:1" }), container({ image: "i:2" })],
    ["the type differs", { type: "container" }, { type: "multinode" }],
    ["the order of a command differs", container({ command: ["a", "b"] }), container({ command: ["b", "a"] })],
    [
      "a variable has another value",
      container({ environment: [a] }),
      container({ environment: [{ ...a, value: "9" }] }),
    ],
    ["a variable is missing", container({ environment: [a, b] }), container({ environment: [a] })],
    [
      "a secret comes from elsewhere",
      container({ secrets: [secretA] }),
      container({ secrets: [{ ...secretA, valueFrom: "x" }] }),
    ],
    ["a parameter is added", container({}), { ...container({}), parameters: { p: "" } }],
    [
      "an amount differs",
      container({ resourceRequirements: [{ type: "VCPU", value: "1" }] }),
      container({ resourceRequirements: [{ type: "VCPU", value: "1.5" }] }),
    ],
    [
      "an amount is given in the deprecated way",
      container({ vcpus: 1 }),
      container({ resourceRequirements: [{ type: "VCPU", value: "1" }] }),
    ],
    ["a switch is on", container({ privileged: true }), container({})],
    ["a container is not essential", task({ containers: [{ essential: false }] }), task({ containers: [{}] })],
    ["the platform differs", onFargate({}), container({})],
    [
      "the architecture differs",
      onFargate({ runtimePlatform: { cpuArchitecture: "ARM64" } }),
      onFargate({ runtimePlatform: { cpuArchitecture: "X86_64" } }),
    ],
    [
      "a runtime platform is asked for where none is the default",
      {
        ...task({ containers: [], runtimePlatform: { cpuArchitecture: "X86_64" } }),
        platformCapabilities: ["MANAGED_INSTANCES"],
      },
      { ...task({ containers: [] }), platformCapabilities: ["MANAGED_INSTANCES"] },
    ],
    [
      "a task gets a public address",
      onFargate({ networkConfiguration: { assignPublicIp: "ENABLED" } }),
      onFargate({ networkConfiguration: { assignPublicIp: "DISABLED" } }),
    ],
    [
      "the order of retry conditions differs",
      { retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "RETRY" }, { action: "EXIT" }] } },
      { retryStrategy: { attempts: 2, evaluateOnExit: [{ action: "EXIT" }, { action: "RETRY" }] } },
    ],
    ["a priority of 0 is given", { schedulingPriority: 0 }, {}],
    ["tags are propagated", { propagateTags: true }, {}],
    ["a timeout is given", { timeout: { attemptDurationSeconds: 60 } }, {}],
    ["a pod leaves the host's network", pod({ hostNetwork: false }), pod({})],
    ["a pod asks for the node's DNS", pod({ dnsPolicy: "Default" }), pod({})],
    [
      "a volume of a pod is an empty directory",
      pod({ volumes: [{ name: "v", emptyDir: {} }] }),
      pod({ volumes: [{ name: "v" }] }),
    ],
    [
      "the order of init containers differs",
      pod({
        initContainers: [
          { name: "a", image: "i" },
          { name: "b", image: "i" },
        ],
      }),
      pod({
        initContainers: [
          { name: "b", image: "i" },
          { name: "a", image: "i" },
        ],
      }),
    ],
    [
      "a node range has another container",
      nodes({ targetNodes: "0:", container: { image: "i" } }),
      nodes({ targetNodes: "0:", container: { image: "j" } }),
    ],
    ["a node range has other nodes", nodes({ targetNodes: "0:" }), nodes({ targetNodes: "0:2" })],
    [
      "the order of mount options differs",
      container({ linuxParameters: { tmpfs: [{ mountOptions: ["ro", "rw"] }] } }),
      container({ linuxParameters: { tmpfs: [{ mountOptions: ["rw", "ro"] }] } }),
    ],
  ];

  it.each(pairs)("%s", (_name, left, right) => {
    expect(fingerprintOfSpec(left)).not.toBe(fingerprintOfSpec(right));
  });
});

describe("the fingerprint", () => {
  const body = container({ image: "busybox", command: ["true"], resourceRequirements: [{ type: "VCPU", value: "1" }] });

  it("stays what it is under one number of the algorithm", () => {
    // When this fails, revisions that are as desired would be registered again: give the algorithm a new number.
    expect(fingerprintOfSpec(body)).toMatchInlineSnapshot(`"v1:9890866200280af1f7e50a296697b71a"`);
  });

  it("of a described revision is that of the spec that it serves, whatever its tags", () => {
    const revision: DefinitionRevision = {
      jobDefinitionName: "job",
      jobDefinitionArn: "arn:aws:batch:eu-west-1:111122223333:job-definition/job:7",
      revision: 7,
      type: "container",
      status: "ACTIVE",
      tags: { team: "x" },
      parameters: {},
      containerProperties: {
        image: "busybox",
        command: ["true"],
        environment: [],
        resourceRequirements: [{ type: "VCPU", value: "1" }],
      },
    };
    expect(fingerprintOf(revision)).toBe(fingerprintOfSpec(body));
  });
});

describe("every body", () => {
  it("has a normal form that is its own normal form", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(normalised(normalised(request))).toEqual(normalised(request));
      }),
    );
  });

  it("is served by what AWS makes of it", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(normalised(describedBody(request))).toEqual(normalised(request));
      }),
    );
  });

  it("stays the same when lists without order and maps are turned around", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(fingerprintOfSpec(turned(request) as DefinitionBody)).toBe(fingerprintOfSpec(request));
      }),
    );
  });
});

const ordered = new Set(["command", "args", "evaluateOnExit", "mountOptions", "initContainers", "instanceTypes"]);

/** The same value with every list without order, and the members of every object, back to front. */
function turned(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) {
    const list = value.map((child) => turned(child));
    return ordered.has(key) ? list : list.reverse();
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, child]) => [name, turned(child, name)]),
  );
}
