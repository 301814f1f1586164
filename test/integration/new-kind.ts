/**
 * A kind that the operator does not have, added by the steps of CONTRIBUTING.md: `SchedulingPolicy`, a fair-share policy
 * of AWS Batch. Its controller only says that it is there.
 */

/** The kind's own files, by path. */
export const ownFiles: Readonly<Record<string, string>> = {
  "src/api/v1alpha1/scheduling-policy-kind.ts": `
import type { BatchKind } from "../batch-kind.ts";
import { group, version } from "./group.ts";

export const SchedulingPolicyKind = {
  group,
  version,
  kind: "SchedulingPolicy",
  plural: "schedulingpolicies",
  shortNames: ["bsp"],
  noun: "policy",
  description: "A fair-share policy of AWS Batch.",
  columns: [],
  selectable: [".spec.region"],
  awsName: { field: "schedulingPolicyName", maxLength: 128 },
  records: "policies",
  references: [{ to: "JobQueue", path: "measuredQueueRef" }],
  conditions: ["ReferencesResolved"],
} as const satisfies BatchKind;
`,
  "src/api/v1alpha1/scheduling-policy.ts": `
import type { z } from "zod";
import { immutableRegion, policyFields, statusFields } from "./common.ts";
import { awsName, dnsSubdomain } from "./names.ts";
import { int, object, text } from "./schema.ts";

export const SchedulingPolicySpec = object(
  "The policy as it shall be.",
  {
    schedulingPolicyName: text("AWS name. Default: <namespace>_<name>.", 128, awsName).optional(),
    shareDecaySeconds: int("Over how long use is counted.", 0, 604_800).optional(),
    measuredQueueRef: object("A queue.", { name: text("Name of the object.", 253, dnsSubdomain) }).optional(),
    ...policyFields,
  },
  immutableRegion,
);
export const SchedulingPolicyStatus = object("The policy as AWS has it.", statusFields);
export type SchedulingPolicySpec = z.infer<typeof SchedulingPolicySpec>;
`,
  "src/api/v1alpha1/scheduling-policy-reasons.ts": `
import type { ReasonTable } from "../reasons/table.ts";

export const schedulingPolicyReasons = {
  Ready: { Available: { status: "True", means: "the policy matches the spec" } },
  Reconciling: { Creating: { means: "the policy is being created" } },
  ReferencesResolved: { Resolved: { status: "True", means: "the queue exists" } },
} as const satisfies ReasonTable;
`,
  "src/aws/resources/scheduling-policies.ts": `
import type { CreateSchedulingPolicyRequest, SchedulingPolicyDetail } from "@aws-sdk/client-batch";
import { readCall, writeCall } from "../call-facts.ts";
import { deletion } from "../effects.ts";
import { allPages, listed, nameless } from "../listing.ts";
import { nameIn, resourceArn } from "../names.ts";
import { type ListedResource, ownTags } from "./resource.ts";

export type Policy = SchedulingPolicyDetail & { name: string; arn: string; status?: string };

export interface PolicyWrites {
  createSchedulingPolicy(request: CreateSchedulingPolicyRequest, signal: AbortSignal): Promise<void>;
  deleteSchedulingPolicy(arn: string, signal: AbortSignal): Promise<void>;
}

export const schedulingPolicies = {
  type: "scheduling-policy",
  calls: {
    listSchedulingPolicies: readCall("BatchRead"),
    describeSchedulingPolicies: readCall("BatchRead"),
    createSchedulingPolicy: writeCall(["BatchCreate"], [["batch:TagResource", "BatchClaim"]]),
    deleteSchedulingPolicy: writeCall(["BatchChange"]),
  },
  ...ownTags,
  async list(batch, _known, signal) {
    const policies = new Map<string, Policy>();
    const page = async (nextToken: string | undefined) => {
      const answer = await batch.listSchedulingPolicies({ nextToken }, { signal });
      return { items: listed(answer.schedulingPolicies, "ListSchedulingPolicies"), nextToken: answer.nextToken };
    };
    for await (const items of allPages("ListSchedulingPolicies", page)) {
      const arns = items.flatMap(({ arn }) => arn ?? []);
      const { schedulingPolicies: found = [] } = await batch.describeSchedulingPolicies({ arns }, { signal });
      for (const { name, arn, ...rest } of found) {
        if (name === undefined || arn === undefined) throw nameless("DescribeSchedulingPolicies");
        policies.set(name, { ...rest, name, arn });
      }
    }
    return policies;
  },
  writes({ batch, at, write }) {
    return {
      createSchedulingPolicy(request, signal) {
        const name = request.name ?? "";
        const record: Policy = { ...request, name, arn: resourceArn(at, "scheduling-policy", name) };
        const effect = { apply: () => record, shows: (read?: Policy) => read !== undefined, supersedes: true };
        return write({
          name,
          call: () => batch.createSchedulingPolicy(request, { signal }),
          effect: () => effect,
          meanwhile: effect,
        });
      },
      deleteSchedulingPolicy(arn, signal) {
        return write({
          name: nameIn(arn),
          call: () => batch.deleteSchedulingPolicy({ arn }, { signal }),
          effect: () => deletion(),
        });
      },
    };
  },
} satisfies ListedResource<Policy, PolicyWrites>;
`,
  "src/controllers/scheduling-policy/controller.ts": `
import { SchedulingPolicyKind } from "../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { awsNameOf } from "../naming.ts";
import type { Ports } from "../ports.ts";

export function schedulingPolicies({ regions }: Ports): Reconciler {
  return {
    kind: SchedulingPolicyKind,
    async reconcile(object, { signal }) {
      const { policies } = (await regions.open(undefined, signal)).snapshot();
      const found = policies.get(awsNameOf(SchedulingPolicyKind, object));
      return { status: { arn: found?.arn }, events: [], again: { kind: "onChange" } };
    },
  };
}
`,
  "docs/kinds/parts/scheduling-policy.md": `
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
    ['from "./job-queue-kind.ts";', '\nimport { SchedulingPolicyKind } from "./scheduling-policy-kind.ts";'],
    ["export { ", "SchedulingPolicyKind, "],
    ["const registered = [", "SchedulingPolicyKind, "],
  ],
  "src/api/reasons.ts": [
    [
      'from "./v1alpha1/job-queue-reasons.ts";',
      '\nimport { schedulingPolicyReasons } from "./v1alpha1/scheduling-policy-reasons.ts";',
    ],
    [
      "export const reasonTables = {",
      "\n  SchedulingPolicy: [everyKindReasons, refusalReasons, schedulingPolicyReasons],",
    ],
  ],
  "scripts/crds.ts": [
    [
      'from "../src/api/v1alpha1/job-queue.ts";',
      '\nimport { SchedulingPolicySpec, SchedulingPolicyStatus } from "../src/api/v1alpha1/scheduling-policy.ts";',
    ],
    [
      "const schemas: Readonly<Record<KindName, Schemas>> = {",
      "\n  SchedulingPolicy: { spec: SchedulingPolicySpec, status: SchedulingPolicyStatus },",
    ],
  ],
  "src/aws/names.ts": [["export const resourceTypes = [", '"scheduling-policy", ']],
  "src/aws/batch-sdk.ts": [
    [
      "import {",
      "\n  CreateSchedulingPolicyCommand,\n  DeleteSchedulingPolicyCommand,\n  DescribeSchedulingPoliciesCommand,\n  ListSchedulingPoliciesCommand,",
    ],
    [
      "export const batchCommands = {",
      `
  createSchedulingPolicy: CreateSchedulingPolicyCommand,
  deleteSchedulingPolicy: DeleteSchedulingPolicyCommand,
  describeSchedulingPolicies: DescribeSchedulingPoliciesCommand,
  listSchedulingPolicies: ListSchedulingPoliciesCommand,`,
    ],
  ],
  "src/aws/resources/index.ts": [
    [
      'from "./job-queues.ts";',
      '\nimport { type Policy, type PolicyWrites, schedulingPolicies } from "./scheduling-policies.ts";',
    ],
    ["export interface ResourceRecords {", "\n  readonly policies: Policy;"],
    ["readonly [K in ListedKey]: ListedResource<ResourceRecords[K]> } = {", "\n  policies: schedulingPolicies,"],
    ["export const resourceCalls = { ", "...schedulingPolicies.calls, "],
    ["export interface ResourceWrites extends ", "PolicyWrites, "],
    ["): EnvironmentWrites & QueueWrites", " & PolicyWrites"],
    ["QueueWrites & PolicyWrites {\n  return { ", '...schedulingPolicies.writes(writing("policies")), '],
  ],
  "src/cli/plan/objects.ts": [["const specs: Readonly<Record<KindName, object>> = {", "\n  SchedulingPolicy: {},"]],
  "src/operator.ts": [
    [
      'from "./controllers/ports.ts";',
      '\nimport { schedulingPolicies } from "./controllers/scheduling-policy/controller.ts";',
    ],
    ["(ports: Ports, endpoints: Ec2Memory) => Reconciler>> = {", "\n  SchedulingPolicy: schedulingPolicies,"],
  ],
};
