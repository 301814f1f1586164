import { expect, test } from "vitest";
import { jobWarnings } from "../../../src/tools/validation/jobs.ts";
import { byName, type Named } from "../../../src/tools/validation/references.ts";

const named = (kind: string, name: string, spec: unknown): Named => ({ kind, namespace: "team", name, spec });
const definition = (spec: unknown): Named => named("JobDefinition", "step", spec);
const job = (name: string, spec: object = {}): Named =>
  named("BatchJob", name, { jobQueueRef: { name: "main" }, jobDefinitionRef: { name: "step" }, ...spec });
const warnings = (of: Named, ...others: readonly Named[]): readonly string[] =>
  jobWarnings(of, byName([of, ...others])).map(({ path, message }) => `${path.join(".")}: ${message}`);

const container = { command: ["x"] };
const containers = definition({ containerProperties: {} });
const ofFive = job("five", { arrayProperties: { size: 5 } });
const dependsOn = [{ jobRef: { name: "other" } }, { jobRef: { name: "five" }, type: "N_TO_N" }];

const platforms = (environment: object, definition: object) => [
  named("JobQueue", "main", { computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: { name: "ce" } }] }),
  named("BatchComputeEnvironment", "ce", environment),
  named("JobDefinition", "step", definition),
];
const fargate = { computeResources: { type: "FARGATE_SPOT" } };
const ec2 = { computeResources: { type: "SPOT" } };
const eks = { ...ec2, eksConfiguration: {} };

test.each<[string, object, object, readonly string[]]>([
  ["EC2 on EC2", ec2, {}, []],
  ["Fargate on Fargate", fargate, { platformCapabilities: ["FARGATE"] }, []],
  ["EKS on EKS", eks, { eksProperties: {} }, []],
  [
    "managed instances",
    { computeResources: { type: "ECS_MANAGED_INSTANCES" } },
    { platformCapabilities: ["MANAGED_INSTANCES"] },
    [],
  ],
  ["a template in place of a spec", { computeResources: "{{ resources }}" }, {}, []],
  [
    "EC2 on Fargate",
    fargate,
    { containerProperties: {} },
    [
      "spec.jobDefinitionRef.name: JobDefinition team/step is for EC2, but JobQueue team/main has environments of Fargate, so AWS refuses the job: use a queue with environments of EC2, or a definition for Fargate",
    ],
  ],
  [
    "Fargate on EC2",
    ec2,
    { platformCapabilities: ["FARGATE"] },
    [expect.stringMatching(/is for Fargate, but JobQueue team\/main has environments of EC2, so AWS refuses the job/)],
  ],
  [
    "nodes of EKS on EC2",
    ec2,
    { nodeProperties: { nodeRangeProperties: [{}, { eksProperties: {} }] } },
    [expect.stringMatching(/is for EKS, but JobQueue team\/main has environments of EC2, so the job cannot start/)],
  ],
])("a job of a definition for %s", (_case, environment, definition, expected) => {
  expect(warnings(job("a"), ...platforms(environment, definition))).toEqual(expected);
});

test.each<[string, Named, readonly Named[], readonly string[]]>([
  ["an override that fits", job("a", { containerOverrides: container }), [containers], []],
  [
    "an override of another body",
    job("a", { eksPropertiesOverride: {}, nodeOverrides: {} }),
    [containers],
    [
      "spec.eksPropertiesOverride: JobDefinition team/step has containerProperties, so AWS refuses this: use containerOverrides",
      "spec.nodeOverrides: JobDefinition team/step has containerProperties, so AWS refuses this: use containerOverrides",
    ],
  ],
  [
    "a container's override of a task",
    job("a", { containerOverrides: container }),
    [definition({ ecsProperties: {} })],
    [
      "spec.containerOverrides: JobDefinition team/step has ecsProperties, so AWS refuses this: use ecsPropertiesOverride",
    ],
  ],
  [
    "an empty word in a command",
    job("a", { containerOverrides: { command: ["echo", ""] } }),
    [containers],
    [
      "spec.containerOverrides.command.1: AWS takes no empty word in a command: leave it out, or write the command as a script of sh -c",
    ],
  ],
  ["an override of a definition without a body", job("a", { containerOverrides: container }), [definition({})], []],
  ["an override of a definition that is not there", job("a", { nodeOverrides: {} }), [], []],
  ["an override of a definition without a spec", job("a", { nodeOverrides: {} }), [definition(undefined)], []],
  ["arrays of one size", job("a", { arrayProperties: { size: 5 }, dependsOn }), [containers, ofFive], []],
  [
    "arrays of two sizes",
    job("a", { arrayProperties: { size: 7 }, dependsOn }),
    [containers, ofFive],
    [
      "spec.dependsOn.1: with N_TO_N each child waits for the one of its index, but BatchJob team/five has 5 children, and this job 7: give both the same size",
    ],
  ],
  [
    "an array and a job that is none",
    job("a", { arrayProperties: { size: 7 }, dependsOn }),
    [job("five")],
    [
      "spec.dependsOn.1: with N_TO_N each child waits for the one of its index, but BatchJob team/five is not an array: give both the same size",
    ],
  ],
  ["a plain dependency on another size", job("a", { dependsOn: [{ jobRef: { name: "five" } }] }), [ofFive], []],
  ["another kind", definition({ containerProperties: {} }), [], []],
])("%s", (_case, of, others, expected) => {
  expect(warnings(of, ...others)).toEqual(expected);
});
