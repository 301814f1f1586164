import { jsonEqual } from "../../runtime/json-equal.ts";
import type {
  BatchCallTable,
  BatchPart,
  CapacityLimit,
  CreateServiceEnvironmentRequest,
  ServiceEnvironmentRecord,
  UpdateServiceEnvironmentRequest,
} from "../batch.ts";
import { readCall, writeCall } from "../call-facts.ts";
import { deletion, type Effect, inDoubt, present } from "../effects.ts";
import { allPages, listed, nameless, pageSize } from "../listing.ts";
import { type Location, nameIn, resourceArn } from "../names.ts";
import { type AskedResource, ownTags } from "./resource.ts";

export interface ServiceEnvironmentWrites {
  createServiceEnvironment(request: CreateServiceEnvironmentRequest, signal: AbortSignal): Promise<void>;
  /** @param beforeSend asked when the call's turn has come; when it throws, nothing is sent (`NotSent`) */
  updateServiceEnvironment(
    request: UpdateServiceEnvironmentRequest,
    signal: AbortSignal,
    beforeSend?: () => void,
  ): Promise<void>;
  /** @param beforeSend as for updates */
  deleteServiceEnvironment(arn: string, signal: AbortSignal, beforeSend?: () => void): Promise<void>;
}

const operation = "DescribeServiceEnvironments";

export const serviceEnvironmentCalls = {
  describeServiceEnvironments: readCall("BatchRead"),
  createServiceEnvironment: writeCall(
    ["BatchCreate"],
    [
      ["batch:TagResource", "BatchClaim"],
      // Batch makes it for the first service environment, by the caller's permission.
      ["iam:CreateServiceLinkedRole", "ServiceLinkedRole"],
    ],
  ),
  updateServiceEnvironment: writeCall(["BatchChange"]),
  deleteServiceEnvironment: writeCall(["BatchChange"]),
} satisfies BatchCallTable;

type Batch = BatchPart<keyof typeof serviceEnvironmentCalls>;

export const serviceEnvironments = {
  type: "service-environment" as const,
  calls: serviceEnvironmentCalls,
  subjects: ["serviceEnvironmentName", "serviceEnvironment"],
  arn: ({ serviceEnvironmentArn }) => serviceEnvironmentArn,
  ...ownTags,
  namesPerCall: pageSize,
  async describe({ batch, names }, signal) {
    const found = new Map<string, ServiceEnvironmentRecord>();
    // Without a name AWS describes all of the account.
    if (names.size === 0) return found;
    const page = async (nextToken: string | undefined) => {
      const answer = await batch.describeServiceEnvironments(
        { serviceEnvironments: [...names], nextToken },
        { signal },
      );
      return { items: listed(answer.serviceEnvironments, operation), nextToken: answer.nextToken };
    };
    for await (const details of allPages(operation, page)) {
      for (const detail of details) {
        const { serviceEnvironmentName: name, serviceEnvironmentArn: arn } = detail;
        if (name === undefined || arn === undefined) throw nameless(operation);
        // What was deleted may be described together with what has its name now.
        const isPast = detail.status === "DELETED" || (detail.status === "DELETING" && found.has(name));
        if (!isPast) found.set(name, { ...detail, serviceEnvironmentName: name, serviceEnvironmentArn: arn });
      }
    }
    return found;
  },
  async names(batch, signal) {
    const names = new Set<string>();
    const page = async (nextToken: string | undefined) => {
      const answer = await batch.describeServiceEnvironments({ maxResults: pageSize, nextToken }, { signal });
      return { items: listed(answer.serviceEnvironments, operation), nextToken: answer.nextToken };
    };
    for await (const items of allPages(operation, page)) {
      for (const { serviceEnvironmentName: name = "" } of items) names.add(name);
    }
    return names;
  },
  writes({ batch, at, write }) {
    return {
      createServiceEnvironment(request, signal) {
        const effect = serviceEnvironmentCreated(request, at);
        return write({
          name: request.serviceEnvironmentName ?? "",
          call: () => batch.createServiceEnvironment(request, { signal }),
          effect: () => effect,
          meanwhile: effect,
        });
      },
      updateServiceEnvironment(request, signal, beforeSend) {
        const effect = serviceEnvironmentUpdated(request);
        return write({
          name: nameIn(request.serviceEnvironment ?? ""),
          call: () => batch.updateServiceEnvironment(request, { signal, beforeSend }),
          effect: () => effect,
          ifUnknown: inDoubt(effect),
        });
      },
      deleteServiceEnvironment(arn, signal, beforeSend) {
        return write({
          name: nameIn(arn),
          call: () => batch.deleteServiceEnvironment({ serviceEnvironment: arn }, { signal, beforeSend }),
          effect: () => deletion(),
        });
      },
    };
  },
} satisfies AskedResource<ServiceEnvironmentRecord, Batch, ServiceEnvironmentWrites>;

/** The effect of a creation. */
export function serviceEnvironmentCreated(
  { tags, ...request }: CreateServiceEnvironmentRequest,
  at: Location,
): Effect<ServiceEnvironmentRecord> {
  const { serviceEnvironmentName: name = "" } = request;
  const record: ServiceEnvironmentRecord = {
    ...request,
    serviceEnvironmentName: name,
    serviceEnvironmentArn: resourceArn(at, "service-environment", name),
    state: request.state ?? "ENABLED",
    status: "CREATING",
    tags: { ...tags },
  };
  return { apply: (seen) => seen ?? record, shows: (read) => read !== undefined, supersedes: true };
}

/** The effect of an update. Whether AWS shows UPDATING meanwhile is not documented. */
export function serviceEnvironmentUpdated({
  serviceEnvironment: _name,
  ...body
}: UpdateServiceEnvironmentRequest): Effect<ServiceEnvironmentRecord> {
  const { state, capacityLimits } = body;
  return {
    supersedes: false,
    apply: (record) => (record === undefined ? undefined : { ...record, ...present(body), status: "UPDATING" }),
    shows: (read) =>
      read !== undefined &&
      (state === undefined || read.state === state) &&
      (capacityLimits === undefined || jsonEqual(limitsOf(read.capacityLimits), limitsOf(capacityLimits))),
  };
}

/** Capacity by unit: their order makes no difference. */
export function limitsOf(limits: readonly CapacityLimit[] | undefined): Readonly<Record<string, number>> {
  const byUnit = (limits ?? []).map(({ capacityUnit = "", maxCapacity = 0 }) => [capacityUnit, maxCapacity] as const);
  return Object.fromEntries(byUnit.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
