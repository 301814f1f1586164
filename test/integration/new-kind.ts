/**
 * A kind that the operator does not have, added by the steps of CONTRIBUTING.md: `ServiceJob`, a training job of
 * SageMaker. Its controller only says that it is there.
 */

/** The kind's own files, by path. */
export const ownFiles: Readonly<Record<string, string>> = {
  "src/api/v1alpha1/service-job-kind.ts": `
import type { BatchKind } from "../batch-kind.ts";
import type { ReasonTable } from "../reasons/table.ts";
import { group, version } from "./group.ts";

const serviceJobReasons = {
  Ready: { Available: { status: "True", means: "the service job matches the spec" } },
  Reconciling: { Creating: { means: "the service job is being created" } },
  ReferencesResolved: { Resolved: { status: "True", means: "the queue exists" } },
} as const satisfies ReasonTable;

export const ServiceJobKind = {
  group,
  version,
  kind: "ServiceJob",
  plural: "servicejobs",
  shortNames: ["bsj"],
  noun: "service job",
  description: "A training job of SageMaker.",
  columns: [],
  selectable: [".spec.region"],
  awsName: { field: "jobName", maxLength: 128 },
  records: "trainingJobs",
  references: [{ to: "JobQueue", path: "measuredQueueRef" }],
  conditions: ["ReferencesResolved"],
  reasons: [serviceJobReasons],
} as const satisfies BatchKind;
`,
  "src/api/v1alpha1/service-job.ts": `
import type { z } from "zod";
import { immutableRegion, policyFields, statusFields } from "./common.ts";
import { awsName, dnsSubdomain } from "./names.ts";
import { int, object, text } from "./schema.ts";

export const ServiceJobSpec = object(
  "The service job as it shall be.",
  {
    jobName: text("AWS name. Default: <namespace>_<name>.", 128, awsName).optional(),
    shareDecaySeconds: int("Over how long use is counted.", 0, 604_800).optional(),
    measuredQueueRef: object("A queue.", { name: text("Name of the object.", 253, dnsSubdomain) }).optional(),
    ...policyFields,
  },
  immutableRegion,
);
export const ServiceJobStatus = object("The service job as AWS has it.", statusFields);
export type ServiceJobSpec = z.infer<typeof ServiceJobSpec>;
`,
  "src/aws/resources/service-jobs.ts": `
import type { DescribeServiceJobResponse, SubmitServiceJobRequest } from "@aws-sdk/client-batch";
import type { BatchCallTable, BatchPart } from "../batch.ts";
import { readCall, writeCall } from "../call-facts.ts";
import { type AskedResource, ownTags } from "./resource.ts";

export type ServiceJob = DescribeServiceJobResponse & { jobName: string };

export interface ServiceJobWrites {
  submitServiceJob(request: SubmitServiceJobRequest, signal: AbortSignal): Promise<void>;
}

export const trainingJobCalls = {
  describeServiceJob: readCall("BatchRead"),
  submitServiceJob: writeCall(["JobSubmit"], [["batch:TagResource", "BatchClaim"]]),
} satisfies BatchCallTable;

type Batch = BatchPart<keyof typeof trainingJobCalls>;

export const trainingJobs = {
  type: "service-job" as const,
  calls: trainingJobCalls,
  subjects: ["jobName"],
  arn: ({ jobArn = "" }) => jobArn,
  ...ownTags,
  namesPerCall: 1,
  async describe({ batch, names }, signal) {
    const found = new Map<string, ServiceJob>();
    for (const jobName of names) {
      found.set(jobName, { ...(await batch.describeServiceJob({ jobId: jobName }, { signal })), jobName });
    }
    return found;
  },
  async names() {
    return new Set<string>();
  },
  writes({ batch, write }) {
    return {
      submitServiceJob({ tags, ...request }, signal) {
        const jobName = request.jobName ?? "";
        const unknown = { jobId: undefined, startedAt: undefined, status: undefined };
        const { jobQueue, serviceJobType } = request;
        const record: ServiceJob = { ...unknown, jobName, jobQueue, serviceJobType, tags: { ...tags } };
        const effect = {
          apply: () => record,
          shows: (read?: ServiceJob) => read !== undefined,
          supersedes: true,
        };
        return write({
          name: jobName,
          call: () => batch.submitServiceJob({ tags, ...request }, { signal }),
          effect: () => effect,
          meanwhile: effect,
        });
      },
    };
  },
} satisfies AskedResource<ServiceJob, Batch, ServiceJobWrites>;
`,
  "src/controllers/kinds/service-job/controller.ts": `
import { ServiceJobKind } from "../../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../../runtime/object-reconciler.ts";
import { awsNameOf } from "../../ownership/naming.ts";
import type { Ports } from "../../ports.ts";

export function serviceJobs({ regions }: Ports): Reconciler {
  return {
    kind: ServiceJobKind,
    async reconcile(object, { signal }) {
      const { trainingJobs: all } = (await regions.open(undefined, signal, undefined)).snapshot();
      const found = all.get(awsNameOf(ServiceJobKind, object));
      return { status: { arn: found?.jobArn }, events: [], again: { kind: "onChange" } };
    },
  };
}
`,
  "docs/kinds/parts/service-job.md": `
# {{kind}}

{{fields}}

## Status

{{status}}

{{include shared/conditions.md}}

{{reasons Ready True}}

{{reasons Reconciling}}
`,
};

/** A text, and what is added right after its first occurrence in a file. */
export type Addition = readonly [after: string, added: string];

/** What is added to the files that exist already, by path. */
export const additions: Readonly<Record<string, readonly Addition[]>> = {
  "src/api/v1alpha1/kinds.ts": [
    ['from "./job-queue-kind.ts";', '\nimport { ServiceJobKind } from "./service-job-kind.ts";'],
    ["export {", " ServiceJobKind,"],
    ["const registered = [", "ServiceJobKind, "],
  ],
  "src/aws/resources/index.ts": [
    [
      'from "./service-environments.ts";',
      '\nimport { type ServiceJob, type ServiceJobWrites, trainingJobCalls, trainingJobs } from "./service-jobs.ts";',
    ],
    ["export interface ResourceRecords {", "\n  readonly trainingJobs: ServiceJob;"],
    ["const asked = {", " trainingJobs,"],
    ["export const resourceCalls = {", "\n  ...trainingJobCalls,"],
    ["export interface DescribedWrites\n  extends ", "ServiceJobWrites, "],
    ["): DescribedWrites {\n  return {", '\n    ...trainingJobs.writes(writing("trainingJobs")),'],
  ],
  "src/controllers/kinds/index.ts": [
    ['from "./service-environment.ts";', '\nimport { serviceJobs } from "./service-job/controller.ts";'],
    ["Readonly<Record<KindName, KindEntry>> = {", "\n  ServiceJob: { reconciler: serviceJobs, leastSpec: {} },"],
  ],
};

/** Prints what the tools, the page and the simulator know of the kind, which no file of theirs names. */
export const knownToTools = `
import { effectOf } from "./src/tools/plan/effects.ts";
import { importedKinds } from "./src/tools/import/kinds.ts";
import { namedIn, ownedUnder } from "./src/tools/plan/objects.ts";
import { subjectOf } from "./src/tools/local/writes.ts";
import { snapshotOf } from "./src/page/server/snapshot.ts";
import { batchCalls } from "./src/aws/batch-calls.ts";
import { createSimulatedAws } from "./src/simulator/simulated-aws.ts";
import { VirtualClock } from "./src/runtime/clock.ts";
import { seededRandom } from "./src/runtime/random.ts";

const kind = "ServiceJob";
const arn = "arn:aws:batch:us-east-1:123456789012:service-job/train";
const none = { computeEnvironments: [], jobQueues: [], jobDefinitions: [], schedulingPolicies: [], serviceEnvironments: [], consumableResources: [], quotaShares: [] };
const records = { ...none, trainingJobs: [{ jobArn: arn, jobName: "train", tags: {} }] } as never;
const metadata = { name: "train", namespace: "team", uid: "1", resourceVersion: "1", generation: 1, creationTimestamp: "2030-01-01T00:00:00Z" };
const object = { apiVersion: "awsbatch.dev/v1alpha1", kind, metadata, spec: { measuredQueueRef: { name: "q" } } };
const imported = importedKinds.find((one) => one.kind.kind === kind);
const { batch } = createSimulatedAws({ clock: new VirtualClock(), random: seededRandom(1) });
const aws = { environments: new Map(), jobs: new Map(), problems: [] };
process.stdout.write(JSON.stringify({
  plan: [namedIn(records), ownedUnder({ clusterName: "default" } as never, [{ name: "us-east-1", records }] as never), effectOf(kind as never, { operation: "SubmitServiceJob" })],
  subject: subjectOf({ operation: "SubmitServiceJob", input: { jobName: "train" } }),
  imported: imported?.records(records).length,
  page: Object.values(snapshotOf({ objects: [object], aws } as never, false).items).map(({ id, references }) => [id, references.map(({ id }) => id)]),
  calls: ["submitServiceJob", "describeServiceJob"].map((name) => name in batchCalls && name in batch),
}));
`;
