import { type CelExample, examplesOf, type Row, type Spec } from "./example.ts";

const base: Spec = { jobQueueRef: { name: "queue" }, jobDefinitionRef: { name: "definition" } };

/** The ID of a job in AWS. @param digit hexadecimal */
const id = (digit: string): string => [8, 4, 4, 4, 12].map((length) => digit.repeat(length)).join("-");

const container = (overrides: Spec): Spec => ({ containerOverrides: overrides });
const podOf = (fields: Spec): Spec => ({ eksPropertiesOverride: { podProperties: { containers: [fields] } } });
const required = (type: string, value: string): Spec => container({ resourceRequirements: [{ type, value }] });
const holds = (...consumableResourceList: readonly Spec[]): Spec => ({
  consumableResourcePropertiesOverride: { consumableResourceList },
});
const nodesHold = (entry: Spec): Spec => ({
  nodeOverrides: { nodePropertyOverrides: [{ targetNodes: "0:", ...holds(entry) }] },
});
const nodesRun = (...command: readonly string[]): Spec => ({
  nodeOverrides: { nodePropertyOverrides: [{ targetNodes: "0:", ...container({ command }) }] },
});
const podsRun = (...args: readonly string[]): Spec => ({
  nodeOverrides: { nodePropertyOverrides: [{ targetNodes: "0:", ...podOf({ args }) }] },
});
const cannotChange = (field: string, before: unknown, after: unknown, more: Spec = {}): Row => [
  `${field} cannot be changed`,
  { ...more, [field]: before },
  { ...more, [field]: after },
  { ...more, [field]: before },
];

const rows: readonly Row[] = [
  [
    "a job has one queue: give exactly one of jobQueueRef (an object) and jobQueue (a name or ARN in AWS)",
    { jobQueueRef: undefined, jobQueue: "main" },
    { jobQueue: "main" },
  ],
  [
    "a job has one definition: give exactly one of jobDefinitionRef (an object) and jobDefinition (a name or ARN in AWS)",
    { jobDefinitionRef: undefined, jobDefinition: "train:3" },
    { jobDefinition: "train" },
  ],
  [
    "a definition has one kind of body, and a job the override of that kind",
    container({ command: ["run"] }),
    { ...container({ command: ["run"] }), nodeOverrides: { numNodes: 2 } },
  ],
  [
    "N_TO_N and SEQUENTIAL are about the children of an array: add arrayProperties, or remove the type",
    { arrayProperties: { size: 2 }, dependsOn: [{ jobRef: { name: "split" }, type: "N_TO_N" }] },
    { dependsOn: [{ jobRef: { name: "split" }, type: "N_TO_N" }] },
  ],
  [
    "a multi-node job cannot be an array: remove arrayProperties",
    { nodeOverrides: { numNodes: 2 } },
    { nodeOverrides: { numNodes: 2 }, arrayProperties: { size: 2 } },
  ],
  [
    "a dependency names one job: keep either jobRef (an object) or jobId (an ID in AWS)",
    { dependsOn: [{ jobRef: { name: "prepare" } }, { jobId: id("6") }] },
    { dependsOn: [{ jobRef: { name: "prepare" }, jobId: id("6") }] },
  ],
  [
    "a dependency names a job: add jobRef or jobId, or type SEQUENTIAL to run the children of an array one after the other",
    { arrayProperties: { size: 2 }, dependsOn: [{ type: "SEQUENTIAL" }] },
    { arrayProperties: { size: 2 }, dependsOn: [{ type: "N_TO_N" }] },
  ],
  [
    "SEQUENTIAL is about the children of this job: remove jobRef and jobId, or the type",
    { arrayProperties: { size: 2 }, dependsOn: [{ type: "SEQUENTIAL" }] },
    { arrayProperties: { size: 2 }, dependsOn: [{ type: "SEQUENTIAL", jobId: id("6") }] },
  ],
  [
    "an entry references one consumable: give exactly one of consumableResourceRef (an object) and consumableResource",
    holds({ consumableResourceRef: { name: "seats" } }, { consumableResource: "seats" }),
    holds({ consumableResourceRef: { name: "seats" }, consumableResource: "seats" }),
  ],
  ["an entry references one consumable", nodesHold({ consumableResource: "seats" }), nodesHold({ quantity: 1 })],
  [
    "a job can hold a consumable once",
    holds({ consumableResource: "seats" }, { consumableResource: "keys" }),
    holds({ consumableResource: "seats" }, { consumableResource: "seats" }),
  ],
  [
    "a job can reference a consumable once",
    holds({ consumableResourceRef: { name: "seats" } }, { consumableResourceRef: { name: "keys" } }),
    holds({ consumableResourceRef: { name: "seats" } }, { consumableResourceRef: { name: "seats" } }),
  ],
  cannotChange("region", undefined, "eu-west-1"),
  cannotChange("jobQueueRef", { name: "queue" }, { name: "other" }),
  cannotChange("jobQueue", "main", "other", { jobQueueRef: undefined }),
  cannotChange("jobDefinitionRef", { name: "definition" }, { name: "other" }),
  cannotChange("jobDefinition", "train:3", "train:4", { jobDefinitionRef: undefined }),
  cannotChange("shareIdentifier", "a", "b"),
  cannotChange("schedulingPriorityOverride", 1, 2),
  cannotChange("arrayProperties", { size: 2 }, { size: 3 }),
  cannotChange("dependsOn", [{ jobId: id("a") }], [{ jobId: id("b") }]),
  cannotChange("parameters", { what: "a" }, { what: "b" }),
  cannotChange("containerOverrides", { command: ["a"] }, { command: ["b"] }),
  cannotChange("nodeOverrides", { numNodes: 2 }, { numNodes: 3 }),
  cannotChange(
    "ecsPropertiesOverride",
    { taskProperties: [{ containers: [{ name: "a" }] }] },
    { taskProperties: [{ containers: [{ name: "b" }] }] },
  ),
  cannotChange(
    "eksPropertiesOverride",
    { podProperties: { containers: [{ name: "a" }] } },
    { podProperties: { containers: [{ name: "b" }] } },
  ),
  cannotChange("retryStrategy", { attempts: 1 }, { attempts: 2 }),
  cannotChange("timeout", { attemptDurationSeconds: 60 }, { attemptDurationSeconds: 61 }),
  cannotChange("propagateTags", true, false),
  cannotChange(
    "consumableResourcePropertiesOverride",
    { consumableResourceList: [{ consumableResource: "licences", quantity: 1 }] },
    { consumableResourceList: [{ consumableResource: "licences", quantity: 2 }] },
  ),
  ["suspend can only change from true to false", { suspend: false }, { suspend: true }, {}],
  ["suspend can only change from true to false", {}, { suspend: true }, { suspend: false }],
  ["cancel can only change from false to true", { cancel: true }, {}, { cancel: true }],
  ["cancel can only change from false to true", { cancel: true }, { cancel: false }, { cancel: true }],
  [
    "the prefix AWS_BATCH is reserved for AWS Batch: rename the variable",
    container({ environment: [{ name: "BATCH_X", value: "1" }] }),
    container({ environment: [{ name: "AWS_BATCH_X", value: "1" }] }),
  ],
  ["GPU is a whole number such as '1': GPUs are not shared", required("GPU", "1"), required("GPU", "0.5")],
  ["memory is a whole number of MiB, at least 4: e.g. '2048'", required("MEMORY", "4"), required("MEMORY", "3")],
  [
    "cpu is a multiple of 0.25: e.g. '0.5' or '2'",
    podOf({ resources: { limits: { cpu: "0.5" } } }),
    podOf({ resources: { limits: { cpu: "0.3" } } }),
  ],
  [
    "memory is a whole number of MiB, at least 4: e.g. '2048Mi'",
    podOf({ resources: { limits: { memory: "4Mi" } } }),
    podOf({ resources: { limits: { memory: "4Gi" } } }),
  ],
  [
    "GPU is a whole number such as '1': GPUs are not shared",
    podOf({ resources: { limits: { "nvidia.com/gpu": "2" } } }),
    podOf({ resources: { limits: { "nvidia.com/gpu": "0.5" } } }),
  ],
  [
    "memory must be equal in limits and requests: use the same value, or only one of them",
    podOf({ resources: { limits: { memory: "4Mi" }, requests: { memory: "4Mi" } } }),
    podOf({ resources: { limits: { memory: "5Mi" }, requests: { memory: "4Mi" } } }),
  ],
  [
    "nvidia.com/gpu must be equal in limits and requests: use the same value, or only one of them",
    podOf({ resources: { limits: { "nvidia.com/gpu": "2" }, requests: { "nvidia.com/gpu": "2" } } }),
    podOf({ resources: { limits: { "nvidia.com/gpu": "2" }, requests: { "nvidia.com/gpu": "1" } } }),
  ],
  [
    "limits.cpu is less than requests.cpu: raise limits.cpu, or lower requests.cpu",
    podOf({ resources: { limits: { cpu: "10" }, requests: { cpu: "9" } } }),
    podOf({ resources: { limits: { cpu: "9" }, requests: { cpu: "10" } } }),
  ],
  [
    "a case needs a pattern: add onStatusReason, onReason or onExitCode",
    { retryStrategy: { attempts: 3, evaluateOnExit: [{ action: "RETRY", onStatusReason: "Host EC2*" }] } },
    { retryStrategy: { attempts: 3, evaluateOnExit: [{ action: "RETRY" }] } },
  ],
  [
    "a tag key has 1 to 128 characters: shorten it",
    { tags: { ["k".repeat(128)]: "v" } },
    { tags: { ["k".repeat(129)]: "v" } },
  ],
  [
    "the prefixes aws: and awsbatch.dev/ are reserved in any case: rename the tag",
    { tags: { awsome: "v" } },
    { tags: { "AWS:x": "v" } },
  ],
  [
    "AWS takes at most 30720 bytes in SubmitJob",
    { parameters: { long: "x".repeat(15_000), other: "x".repeat(15_000) } },
    { parameters: { long: "x".repeat(15_000), other: "x".repeat(15_720) } },
  ],
  [
    "AWS takes at most 30720 bytes in SubmitJob",
    nodesRun("x".repeat(15_000), "x".repeat(15_000)),
    nodesRun("x".repeat(15_000), "x".repeat(15_720)),
  ],
  [
    "AWS takes at most 30720 bytes in SubmitJob",
    podsRun("x".repeat(15_000), "x".repeat(15_000)),
    podsRun("x".repeat(15_000), "x".repeat(15_720)),
  ],
];

export const batchJobExamples: readonly CelExample[] = examplesOf("BatchJob", base, rows);
