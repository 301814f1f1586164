import { describe, expect, test } from "vitest";
import { crds } from "../../../src/api/v1alpha1/crds.ts";
import { objectFindings, schemaOf } from "../../../src/tools/validation/object.ts";
import { pathText } from "../../../src/tools/validation/problem.ts";
import { patternText } from "../../../src/tools/validation/words.ts";
import { container, ec2, queue } from "../../api/cel-examples/bases.ts";
import { patched, type Spec } from "../../api/cel-examples/example.ts";
import { nodesOf } from "../../api/schema-nodes.ts";

function messagesOf(kind: string, spec: Spec): string[] {
  const crd = crds.find((one) => one.spec.names.kind === kind);
  if (crd === undefined) throw new Error(`no CRD of kind ${kind}`);
  const object = { apiVersion: "awsbatch.dev/v1alpha1", kind, metadata: { name: "a" }, spec };
  return objectFindings(crd, object).map(({ path, message }) => `${pathText(path)}: ${message}`);
}

const order = (entries: readonly Spec[]): Spec => ({ computeEnvironmentOrder: entries });
const literal = (index: number): Spec => ({ order: index, computeEnvironment: `ce-${index}` });

describe("what is wrong with a value is said with what was found and what is expected", () => {
  test.each<readonly [string, Spec, Spec, readonly string[]]>([
    ["JobQueue", queue, { priority: undefined }, ["spec.priority: is missing: add it (a whole number)"]],
    ["JobQueue", queue, { priority: 1.5 }, ["spec.priority: found 1.5, expected a whole number"]],
    ["JobQueue", queue, { priority: -1 }, ["spec.priority: found -1, expected at least 0"]],
    ["JobQueue", queue, { priority: null }, ["spec.priority: found null, expected a whole number"]],
    [
      "JobQueue",
      queue,
      { jobStateTimeLimitActions: null },
      [expect.stringContaining("; leave the field out instead of null")],
    ],
    ["JobQueue", queue, { state: "enabled" }, ['spec.state: found "enabled", expected ENABLED or DISABLED']],
    ["JobQueue", queue, { state: 1 }, ["spec.state: found 1, expected ENABLED or DISABLED"]],
    [
      "JobQueue",
      queue,
      { jobQueueName: "a b" },
      ['spec.jobQueueName: found "a b", expected letters, digits, - and _, beginning with a letter or digit'],
    ],
    [
      "JobQueue",
      queue,
      { jobQueueName: "a".repeat(129) },
      [expect.stringMatching(/^spec.jobQueueName: found "a+…, expected at most 128 characters, not 129$/)],
    ],
    [
      "JobQueue",
      queue,
      { region: "Frankfurt" },
      ['spec.region: found "Frankfurt", expected an AWS region, e.g. eu-central-1'],
    ],
    ["JobQueue", queue, order([]), ["spec.computeEnvironmentOrder: found [], expected at least 1 entry"]],
    [
      "JobQueue",
      queue,
      order([1, 2, 3, 4].map(literal)),
      [expect.stringContaining("expected at most 3 entries, not 4")],
    ],
    [
      "JobQueue",
      queue,
      { tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`k${index}`, ""])) },
      [expect.stringContaining("expected at most 39 keys, not 41")],
    ],
    ["JobQueue", queue, { tags: ["a"] }, ['spec.tags: found ["a"], expected a map, e.g. {NAME: VALUE}']],
    ["JobQueue", queue, { tags: { team: true } }, ["spec.tags.team: found true, expected a string: put it in quotes"]],
    [
      "JobQueue",
      queue,
      order([literal(1), { ...literal(2), order: 1 }]),
      ["spec.computeEnvironmentOrder[1]: order 1 is already in spec.computeEnvironmentOrder[0]: remove one of the two"],
    ],
    [
      "JobDefinition",
      container,
      { containerProperties: { privileged: "true" } },
      ['spec.containerProperties.privileged: found "true", expected true or false: remove the quotes'],
    ],
    [
      "JobDefinition",
      container,
      { containerProperties: { image: "" } },
      [
        'spec.containerProperties.image: found "", expected a non-empty string',
        expect.stringContaining("expected an image"),
      ],
    ],
    [
      "JobDefinition",
      container,
      { retryStrategy: { attempts: 11 } },
      ["spec.retryStrategy.attempts: found 11, expected at most 10"],
    ],
    [
      "JobDefinition",
      container,
      { containerProperties: { environment: [{ name: "A" }, { name: "A", value: "1" }] } },
      [expect.stringContaining('name "A" is already in spec.containerProperties.environment[0]')],
    ],
    [
      "BatchComputeEnvironment",
      ec2,
      { computeResources: { securityGroupIds: ["sg-1", "sg-1"] } },
      [expect.stringContaining('"sg-1" is already in spec.computeResources.securityGroupIds[0]')],
    ],
    ["BatchComputeEnvironment", ec2, { computeResources: { instanceTypes: ["m7i", "m7i"] } }, []],
  ])("%s: %#", (kind, base, patch, messages) => {
    expect(messagesOf(kind, patched(base, patch))).toEqual(messages);
  });
});

describe("what may be a secret", () => {
  const container = { image: "a:1" };
  test.each<readonly [string, Spec]>([
    [
      "environment of a container",
      { containerProperties: { ...container, environment: [{ name: "A", value: 70_707 }] } },
    ],
    [
      "env of a container of a pod",
      { eksProperties: { podProperties: { containers: [{ ...container, env: [{ name: "A", value: 70_707 }] }] } } },
    ],
    ["parameters", { parameters: { password: 70_707 } }],
    ["command", { containerProperties: { ...container, command: [70_707] } }],
    ["an environment that is not a list", { containerProperties: { ...container, environment: "A=70707" } }],
  ])("is not printed: %s", (_place, spec) => {
    const messages = messagesOf("JobDefinition", { type: "container", ...spec });
    expect(messages.join("\n")).toContain("found [hidden], expected");
    expect(messages.join("\n")).not.toContain("70707");
  });

  test("is not what has to be a number, or one of a few words, or names an item of a list", () => {
    const spec = { type: "container", containerProperties: { ...container, ulimits: [{ name: 1, hardLimit: "x" }] } };
    const messages = messagesOf("JobDefinition", spec).join("\n");
    expect(messages).toContain("found 1, expected");
    expect(messages).toContain('found "x", expected');
  });
});

test("what has to be removed is not to be repaired as well", () => {
  const resources = { type: "EC2", instanceTypes: [], minvCpuss: 1 };
  const spec = { type: "UNMANAGED", serviceRole: "batch", computeResources: resources };
  expect(messagesOf("BatchComputeEnvironment", spec)).toEqual([
    "spec.computeResources: UNMANAGED uses your own instances: remove computeResources, or use type MANAGED",
  ]);
});

test.each(["-1", "0", "0.5", "2.0", "many"])("the vCPUs of a job on EC2 are a whole number, and not %s", (value) => {
  const resourceRequirements = [
    { type: "VCPU", value },
    { type: "MEMORY", value: "2048" },
  ];
  const spec = { ...container, containerProperties: { image: "a:1", resourceRequirements } };
  expect(messagesOf("JobDefinition", spec)).toContainEqual(
    expect.stringMatching(/: VCPU is a whole number from 1, such as '2' and not '2\.0': only Fargate shares a vCPU$/),
  );
});

describe("fields that do not exist", () => {
  test("are problems at every depth, with the nearest name of that place", () => {
    expect(
      messagesOf(
        "BatchComputeEnvironment",
        patched(ec2, { computeResources: { launchTemplate: { launchTemplateNam: "a" } } }),
      ),
    ).toEqual([
      "spec.computeResources.launchTemplate.launchTemplateNam: unknown field: did you mean launchTemplateName?",
      expect.stringContaining("a launch template is missing"),
    ]);
    expect(messagesOf("JobQueue", patched(queue, order([{ ...literal(1), computeEnviroment: "b" }])))).toEqual([
      expect.stringContaining(
        "spec.computeEnvironmentOrder[0].computeEnviroment: unknown field: did you mean computeEnvironmentRef?",
      ),
    ]);
  });

  test.each<readonly [string, Spec, string]>([
    [
      "JobDefinition",
      patched(container, { containerProperties: { executionRoleRef: { name: "a" } } }),
      "spec.containerProperties.executionRoleRef: unknown field here: move it to spec.executionRoleRef",
    ],
    [
      "JobDefinition",
      patched(container, { containerProperties: { jobRoleRef: { name: "a" } } }),
      "spec.containerProperties.jobRoleRef: unknown field here: move it to spec.jobRoleRef",
    ],
    [
      "JobDefinition",
      patched(container, { containerProperties: { retryStrategy: { attempts: 2 } } }),
      "spec.containerProperties.retryStrategy: unknown field here: move it to spec.retryStrategy",
    ],
    [
      "JobDefinition",
      { ...container, jobRoleArn: "a" },
      "spec.jobRoleArn: unknown field here: move it to spec.containerProperties.jobRoleArn",
    ],
    [
      "BatchComputeEnvironment",
      { ...ec2, networkRef: { name: "a" } },
      "spec.networkRef: unknown field here: move it to spec.computeResources.networkRef",
    ],
    [
      "BatchComputeEnvironment",
      { ...ec2, instanceRoleRef: { name: "a" } },
      "spec.instanceRoleRef: unknown field here: move it to spec.computeResources.instanceRoleRef",
    ],
    [
      "BatchComputeEnvironment",
      patched(ec2, { computeResources: { minAgeSeconds: 60 } }),
      "spec.computeResources.minAgeSeconds: unknown field: remove it, or move it to where it belongs",
    ],
  ])("of another level are sent there, for each kind: %s, %#", (kind, spec, message) => {
    expect(messagesOf(kind, spec)).toContainEqual(message);
  });

  test("are not taken for one that is there already, nor for one that is far", () => {
    expect(messagesOf("JobQueue", { ...queue, Priority: 5 })).toEqual([
      "spec.Priority: unknown field: remove it, or move it to where it belongs",
    ]);
  });

  test("hide the demand for the field that was meant", () => {
    const { priority, ...rest } = queue;
    expect(messagesOf("JobQueue", { ...rest, priorty: priority })).toEqual([
      "spec.priorty: unknown field: did you mean priority?",
    ]);
  });

  test("do not include those that every JavaScript object has", () => {
    expect(messagesOf("JobQueue", { ...queue, constructor: 1 })).toEqual([
      "spec.constructor: unknown field: remove it, or move it to where it belongs",
    ]);
    expect(messagesOf("JobQueue", { ...queue, tags: { constructor: "1", toString: "2" } })).toEqual([]);
  });
});

test("every pattern of the schemas has words", () => {
  const patterns = crds.flatMap((crd) =>
    nodesOf(schemaOf(crd)).flatMap(({ path, node }) =>
      node.pattern === undefined || path.startsWith("status") ? [] : [node.pattern],
    ),
  );
  expect([...new Set(patterns)].filter((pattern) => patternText(pattern).includes("text that matches"))).toEqual([]);
});

test("where a map or a list belongs the message shows its shape, and of what was written names and numbers alone", () => {
  const spec = { type: "container", timeout: 60, containerProperties: { image: "x", environment: { FOO: "hunter2" } } };
  expect(messagesOf("JobDefinition", spec)).toEqual(
    expect.arrayContaining([
      "spec.timeout: found 60, expected a map, e.g. {attemptDurationSeconds: 60}",
      "spec.containerProperties.environment: found {FOO: [hidden]}, expected a list, e.g. [{name: TEXT, value: TEXT}]",
    ]),
  );
  // Without the member that is refused whatever it says.
  const iam = { ...spec, iam: { jobRole: true } };
  expect(messagesOf("JobDefinition", iam).find((one) => one.startsWith("spec.iam"))).toMatch(/e\.g\. \{policyArns: /);
});
