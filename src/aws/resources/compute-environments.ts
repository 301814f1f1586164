import type {
  BatchCallTable,
  BatchPart,
  ComputeResource,
  ComputeResourceUpdate,
  CreateComputeEnvironmentRequest,
  Environment,
  UpdateComputeEnvironmentRequest,
} from "../batch.ts";
import { passRoles, readCall, writeCall } from "../call-facts.ts";
import { contains, deletion, type Effect, inDoubt, isNothing, present } from "../effects.ts";
import { listed, listLive, nameless, pageSize } from "../listing.ts";
import { environmentArn, type Location, nameIn } from "../names.ts";
import { type ListedResource, ownTags } from "./resource.ts";

export interface EnvironmentWrites {
  createComputeEnvironment(request: CreateComputeEnvironmentRequest, signal: AbortSignal): Promise<void>;
  /** @param beforeSend asked when the call's turn has come; when it throws, nothing is sent (`NotSent`) */
  updateComputeEnvironment(
    request: UpdateComputeEnvironmentRequest,
    signal: AbortSignal,
    beforeSend?: () => void,
  ): Promise<void>;
  /** @param beforeSend as for updates */
  deleteComputeEnvironment(name: string, signal: AbortSignal, beforeSend?: () => void): Promise<void>;
}

export const computeEnvironmentCalls = {
  describeComputeEnvironments: readCall("BatchRead"),
  createComputeEnvironment: writeCall(
    ["BatchCreate"],
    [
      ["batch:TagResource", "BatchClaim"],
      // Batch makes it for the first environment without a service role, by the caller's permission.
      ["iam:CreateServiceLinkedRole", "ServiceLinkedRole"],
      ...passRoles,
    ],
  ),
  updateComputeEnvironment: writeCall(["BatchChange"], passRoles),
  deleteComputeEnvironment: writeCall(["BatchChange"]),
} satisfies BatchCallTable;

type Batch = BatchPart<keyof typeof computeEnvironmentCalls>;

export const computeEnvironments = {
  type: "compute-environment" as const,
  calls: computeEnvironmentCalls,
  subjects: ["computeEnvironmentName", "computeEnvironment"],
  arn: ({ computeEnvironmentArn }) => computeEnvironmentArn,
  ...ownTags,
  list(batch, known, signal) {
    return listLive({
      operation: "DescribeComputeEnvironments",
      known,
      nameOf: (record) => record.computeEnvironmentName,
      async page({ names, nextToken }) {
        const which = names === undefined ? { maxResults: pageSize } : { computeEnvironments: names };
        const answer = await batch.describeComputeEnvironments({ ...which, nextToken }, { signal });
        const items = listed(answer.computeEnvironments, "DescribeComputeEnvironments").map((detail) => {
          const { computeEnvironmentName: name, computeEnvironmentArn: arn } = detail;
          if (name === undefined || arn === undefined) throw nameless("DescribeComputeEnvironments");
          return { ...detail, computeEnvironmentName: name, computeEnvironmentArn: arn };
        });
        return { items, nextToken: answer.nextToken };
      },
    });
  },
  writes({ batch, at, write }) {
    return {
      createComputeEnvironment(request, signal) {
        const effect = environmentCreated(request, at);
        return write({
          name: request.computeEnvironmentName ?? "",
          call: () => batch.createComputeEnvironment(request, { signal }),
          effect: () => effect,
          meanwhile: effect,
        });
      },
      updateComputeEnvironment(request, signal, beforeSend) {
        const effect = environmentUpdated(request);
        return write({
          name: nameIn(request.computeEnvironment ?? ""),
          call: () => batch.updateComputeEnvironment(request, { signal, beforeSend }),
          effect: () => effect,
          ifUnknown: inDoubt(effect),
        });
      },
      deleteComputeEnvironment(name, signal, beforeSend) {
        return write({
          name: nameIn(name),
          call: () => batch.deleteComputeEnvironment({ computeEnvironment: name }, { signal, beforeSend }),
          effect: () => deletion(),
        });
      },
    };
  },
} satisfies ListedResource<Environment, Batch, EnvironmentWrites>;

/** The effect of a creation. */
export function environmentCreated(request: CreateComputeEnvironmentRequest, at: Location): Effect<Environment> {
  const name = request.computeEnvironmentName ?? "";
  const { computeResources, context: _reserved, tags, ...rest } = request;
  const record: Environment = {
    ...rest,
    computeEnvironmentName: name,
    computeEnvironmentArn: environmentArn(at, name),
    state: request.state ?? "ENABLED",
    status: "CREATING",
    tags: { ...tags },
    ...(computeResources === undefined ? {} : { computeResources }),
  };
  return { apply: (seen) => seen ?? record, shows: (read) => read !== undefined, supersedes: true };
}

/** The effect of an update. */
export function environmentUpdated(request: UpdateComputeEnvironmentRequest): Effect<Environment> {
  const { computeEnvironment: _name, computeResources: changes, context: _reserved, ...plain } = request;
  const contained = (read: Environment): boolean => {
    if (!contains(plain, read)) return false;
    if (changes === undefined) return true;
    const { updateToLatestImageVersion: _edge, ...sent } = changes;
    return contains(isFargate(read.computeResources) ? withoutEmptyLists(sent) : sent, read.computeResources);
  };
  /** New instances without another field, or a role validated again: what AWS describes afterwards is as before. */
  let leavesNoMark = false;
  return {
    supersedes: false,
    apply(record) {
      if (record === undefined) return undefined;
      leavesNoMark = contained(record);
      const updated: Environment = { ...record, ...present(plain), status: "UPDATING" };
      const { computeResources } = record;
      return changes === undefined || computeResources === undefined
        ? updated
        : { ...updated, computeResources: resourcesUpdated(computeResources, changes) };
    },
    shows: (read) => read !== undefined && contained(read) && (!leavesNoMark || read.status === "UPDATING"),
  };
}

/** A partial merge, in which an empty value takes away (semantics of UpdateComputeEnvironment). */
function resourcesUpdated(described: ComputeResource, changes: ComputeResourceUpdate): ComputeResource {
  const { updateToLatestImageVersion: _edge, managedInstancesProvider, ...sent } = changes;
  const given = Object.entries(isFargate(described) ? withoutEmptyLists(sent) : sent);
  const taken = new Set(given.filter(([, value]) => isNothing(value)).map(([key]) => key));
  const kept = Object.entries(described).filter(([key]) => !taken.has(key));
  const set = given.filter(([key, value]) => value !== undefined && !taken.has(key));
  const merged =
    managedInstancesProvider === undefined
      ? []
      : [["managedInstancesProvider", { ...described.managedInstancesProvider, ...present(managedInstancesProvider) }]];
  return { type: described.type, maxvCpus: described.maxvCpus, ...Object.fromEntries([...kept, ...set, ...merged]) };
}

function isFargate(resources: ComputeResource | undefined): boolean {
  return resources?.type?.startsWith("FARGATE") ?? false;
}

/** On Fargate an empty list of subnets or security groups means "as it is". */
function withoutEmptyLists<T extends object>(changes: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(changes).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  ) as Partial<T>;
}
