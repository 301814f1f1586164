/**
 * A kind that the operator does not have, added by the steps of CONTRIBUTING.md: `ServiceEnvironment`, capacity of
 * SageMaker for a queue. Its controller only says that it is there.
 */

/** The kind's own files, by path. */
export const ownFiles: Readonly<Record<string, string>> = {
  "src/api/v1alpha1/service-environment-kind.ts": `
import type { BatchKind } from "../batch-kind.ts";
import { group, version } from "./group.ts";

export const ServiceEnvironmentKind = {
  group,
  version,
  kind: "ServiceEnvironment",
  plural: "serviceenvironments",
  shortNames: ["bse"],
  noun: "service environment",
  description: "Capacity of SageMaker for a queue.",
  columns: [],
  selectable: [".spec.region"],
  awsName: { field: "serviceEnvironmentName", maxLength: 128 },
  records: "serviceEnvironments",
  references: [{ to: "JobQueue", path: "measuredQueueRef" }],
  conditions: ["ReferencesResolved"],
} as const satisfies BatchKind;
`,
  "src/api/v1alpha1/service-environment.ts": `
import type { z } from "zod";
import { immutableRegion, policyFields, statusFields } from "./common.ts";
import { awsName, dnsSubdomain } from "./names.ts";
import { int, object, text } from "./schema.ts";

export const ServiceEnvironmentSpec = object(
  "The service environment as it shall be.",
  {
    serviceEnvironmentName: text("AWS name. Default: <namespace>_<name>.", 128, awsName).optional(),
    shareDecaySeconds: int("Over how long use is counted.", 0, 604_800).optional(),
    measuredQueueRef: object("A queue.", { name: text("Name of the object.", 253, dnsSubdomain) }).optional(),
    ...policyFields,
  },
  immutableRegion,
);
export const ServiceEnvironmentStatus = object("The service environment as AWS has it.", statusFields);
export type ServiceEnvironmentSpec = z.infer<typeof ServiceEnvironmentSpec>;
`,
  "src/api/v1alpha1/service-environment-reasons.ts": `
import type { ReasonTable } from "../reasons/table.ts";

export const serviceEnvironmentReasons = {
  Ready: { Available: { status: "True", means: "the service environment matches the spec" } },
  Reconciling: { Creating: { means: "the service environment is being created" } },
  ReferencesResolved: { Resolved: { status: "True", means: "the queue exists" } },
} as const satisfies ReasonTable;
`,
  "src/aws/resources/service-environments.ts": `
import type { CreateServiceEnvironmentRequest, ServiceEnvironmentDetail } from "@aws-sdk/client-batch";
import { readCall, writeCall } from "../call-facts.ts";
import { deletion } from "../effects.ts";
import { listed, nameless } from "../listing.ts";
import { nameIn, resourceArn } from "../names.ts";
import { type AskedResource, ownTags } from "./resource.ts";

export type ServiceEnvironment = ServiceEnvironmentDetail & { serviceEnvironmentName: string };

export interface ServiceEnvironmentWrites {
  createServiceEnvironment(request: CreateServiceEnvironmentRequest, signal: AbortSignal): Promise<void>;
  deleteServiceEnvironment(arn: string, signal: AbortSignal): Promise<void>;
}

export const serviceEnvironments = {
  type: "service-environment",
  calls: {
    describeServiceEnvironments: readCall("BatchRead"),
    createServiceEnvironment: writeCall(["BatchCreate"], [["batch:TagResource", "BatchClaim"]]),
    deleteServiceEnvironment: writeCall(["BatchChange"]),
  },
  ...ownTags,
  async read(batch, _at, names, signal) {
    const found = new Map<string, ServiceEnvironment>();
    if (names.size === 0) return found;
    const answer = await batch.describeServiceEnvironments({ serviceEnvironments: [...names] }, { signal });
    for (const detail of listed(answer.serviceEnvironments, "DescribeServiceEnvironments")) {
      const { serviceEnvironmentName: name } = detail;
      if (name === undefined) throw nameless("DescribeServiceEnvironments");
      found.set(name, { ...detail, serviceEnvironmentName: name });
    }
    return found;
  },
  async names(batch, signal) {
    const { serviceEnvironments: all } = await batch.describeServiceEnvironments({}, { signal });
    return new Set((all ?? []).flatMap(({ serviceEnvironmentName }) => serviceEnvironmentName ?? []));
  },
  writes({ batch, at, write }) {
    return {
      createServiceEnvironment(request, signal) {
        const name = request.serviceEnvironmentName ?? "";
        const arn = resourceArn(at, "service-environment", name);
        const { serviceEnvironmentType, capacityLimits = [] } = request;
        const record: ServiceEnvironment = {
          serviceEnvironmentName: name,
          serviceEnvironmentArn: arn,
          serviceEnvironmentType,
          capacityLimits,
        };
        const effect = {
          apply: () => record,
          shows: (read?: ServiceEnvironment) => read !== undefined,
          supersedes: true,
        };
        return write({
          name,
          call: () => batch.createServiceEnvironment(request, { signal }),
          effect: () => effect,
          meanwhile: effect,
        });
      },
      deleteServiceEnvironment(arn, signal) {
        return write({
          name: nameIn(arn),
          call: () => batch.deleteServiceEnvironment({ serviceEnvironment: arn }, { signal }),
          effect: () => deletion(),
        });
      },
    };
  },
} satisfies AskedResource<ServiceEnvironment, ServiceEnvironmentWrites>;
`,
  "src/controllers/service-environment/controller.ts": `
import { ServiceEnvironmentKind } from "../../api/v1alpha1/kinds.ts";
import type { Reconciler } from "../../runtime/object-reconciler.ts";
import { awsNameOf } from "../naming.ts";
import type { Ports } from "../ports.ts";

export function serviceEnvironments({ regions }: Ports): Reconciler {
  return {
    kind: ServiceEnvironmentKind,
    async reconcile(object, { signal }) {
      const { serviceEnvironments: all } = (await regions.open(undefined, signal)).snapshot();
      const found = all.get(awsNameOf(ServiceEnvironmentKind, object));
      return { status: { arn: found?.serviceEnvironmentArn }, events: [], again: { kind: "onChange" } };
    },
  };
}
`,
  "docs/kinds/parts/service-environment.md": `
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
    ['from "./job-queue-kind.ts";', '\nimport { ServiceEnvironmentKind } from "./service-environment-kind.ts";'],
    ["export { ", "ServiceEnvironmentKind, "],
    ["const registered = [", "ServiceEnvironmentKind, "],
  ],
  "src/api/reasons.ts": [
    [
      'from "./v1alpha1/job-queue-reasons.ts";',
      '\nimport { serviceEnvironmentReasons } from "./v1alpha1/service-environment-reasons.ts";',
    ],
    [
      "export const reasonTables = {",
      "\n  ServiceEnvironment: [everyKindReasons, refusalReasons, serviceEnvironmentReasons],",
    ],
  ],
  "scripts/crds.ts": [
    [
      'from "../src/api/v1alpha1/job-queue.ts";',
      '\nimport { ServiceEnvironmentSpec, ServiceEnvironmentStatus } from "../src/api/v1alpha1/service-environment.ts";',
    ],
    [
      "const schemas: Readonly<Record<KindName, Schemas>> = {",
      "\n  ServiceEnvironment: { spec: ServiceEnvironmentSpec, status: ServiceEnvironmentStatus },",
    ],
  ],
  "src/aws/names.ts": [["export const resourceTypes = [", '"service-environment", ']],
  "src/aws/batch-sdk.ts": [
    [
      "import {",
      "\n  CreateServiceEnvironmentCommand,\n  DeleteServiceEnvironmentCommand,\n  DescribeServiceEnvironmentsCommand,",
    ],
    [
      "export const batchCommands = {",
      `
  createServiceEnvironment: CreateServiceEnvironmentCommand,
  deleteServiceEnvironment: DeleteServiceEnvironmentCommand,
  describeServiceEnvironments: DescribeServiceEnvironmentsCommand,`,
    ],
  ],
  "src/aws/resources/index.ts": [
    [
      'from "./scheduling-policies.ts";',
      '\nimport { type ServiceEnvironment, type ServiceEnvironmentWrites, serviceEnvironments } from "./service-environments.ts";',
    ],
    ["export interface ResourceRecords {", "\n  readonly serviceEnvironments: ServiceEnvironment;"],
    ["readonly [K in AskedKey]: AskedResource<ResourceRecords[K]> } = {", "\n  serviceEnvironments,"],
    ["export const resourceCalls = {", "\n  ...serviceEnvironments.calls,"],
    ["export interface DescribedWrites extends ", "ServiceEnvironmentWrites, "],
    ["): DescribedWrites {\n  return {", '\n    ...serviceEnvironments.writes(writing("serviceEnvironments")),'],
  ],
  "src/simulator/batch.ts": [
    [
      'createSchedulingPolicy: call("CreateSchedulingPolicy", (given) => policies.create(given)),',
      `
    describeServiceEnvironments: call("DescribeServiceEnvironments", () => ({ serviceEnvironments: [] })),
    createServiceEnvironment: call("CreateServiceEnvironment", (given) => {
      throw doesNotExist(given.serviceEnvironmentName ?? "");
    }),
    deleteServiceEnvironment: call("DeleteServiceEnvironment", (given) => {
      throw doesNotExist(given.serviceEnvironment ?? "");
    }),`,
    ],
  ],
  "src/cli/plan/objects.ts": [["const specs: Readonly<Record<KindName, object>> = {", "\n  ServiceEnvironment: {},"]],
  "src/operator.ts": [
    [
      'from "./controllers/ports.ts";',
      '\nimport { serviceEnvironments } from "./controllers/service-environment/controller.ts";',
    ],
    ["(ports: Ports, endpoints: Ec2Memory) => Reconciler>> = {", "\n  ServiceEnvironment: serviceEnvironments,"],
  ],
};
