import type { QuotaShareDetail } from "@aws-sdk/client-batch";
import { jsonEqual } from "../../runtime/json-equal.ts";
import type {
  BatchCallTable,
  BatchPart,
  CreateQuotaShareRequest,
  QuotaShareRecord,
  UpdateQuotaShareRequest,
} from "../batch.ts";
import { readCall, writeCall } from "../call-facts.ts";
import { contains, deletion, type Effect, inDoubt, present } from "../effects.ts";
import { AwsError } from "../errors.ts";
import { allPages, listed, nameless, pageSize } from "../listing.ts";
import { type Location, nameIn, resourceArn, shareNameIn } from "../names.ts";
import { hasServiceJobs } from "../service-jobs.ts";
import { type AskedResource, ownTags } from "./resource.ts";
import { limitsOf } from "./service-environments.ts";

export interface QuotaShareWrites {
  createQuotaShare(request: CreateQuotaShareRequest, signal: AbortSignal): Promise<void>;
  updateQuotaShare(request: UpdateQuotaShareRequest, signal: AbortSignal): Promise<void>;
  deleteQuotaShare(arn: string, signal: AbortSignal): Promise<void>;
}

export const quotaShareCalls = {
  describeQuotaShare: readCall("BatchRead"),
  listQuotaShares: readCall("BatchRead"),
  createQuotaShare: writeCall(["BatchCreate"], [["batch:TagResource", "BatchClaim"]]),
  updateQuotaShare: writeCall(["BatchChange"]),
  deleteQuotaShare: writeCall(["BatchChange"]),
} satisfies BatchCallTable;

type Batch = BatchPart<keyof typeof quotaShareCalls>;

/**
 * Quota shares by `queue/share`, for a name is unique only in its queue. AWS lists those of one queue, without tags, and
 * describes them one by one with tags: one that the list shows as it is known is not described again before its turn comes.
 */
export const quotaShares = {
  type: "quota-share" as const,
  calls: quotaShareCalls,
  subjects: ["quotaShareName", "quotaShareArn"],
  arn: ({ quotaShareArn }) => quotaShareArn,
  ...ownTags,
  namesPerCall: 1,
  async describe({ batch, at, names, queues }, signal) {
    const found = new Map<string, QuotaShareRecord>();
    for (const name of names) {
      const queue = queues?.get(queueIn(name));
      // It has none. Whether AWS refuses to say so is not documented, and would keep all others from being read.
      if (queue !== undefined && !hasServiceJobs(queue)) continue;
      const record = await described(batch, resourceArn(at, "quota-share", name), signal);
      if (record !== undefined) found.set(name, record);
    }
    return found;
  },
  async *list({ batch, names, known, queues }, signal) {
    if (queues === undefined) return;
    // Anybody may name queues that are not there: each would be a call. What was in one that has gone is described.
    const absent = [...names].filter((name) => !queues.has(queueIn(name)) && known(name) === undefined);
    if (absent.length > 0) yield { same: new Map(), absent };
    for (const [queue, ofQueue] of Map.groupBy(names, queueIn)) {
      const outer = queues.get(queue);
      if (outer === undefined) continue;
      const summaries = hasServiceJobs(outer) ? await sharesOfQueue(batch, queue, signal) : new Map();
      const same = new Map<string, QuotaShareRecord>();
      for (const name of ofQueue) {
        const [summary, before] = [summaries.get(nameIn(name)), known(name)];
        if (summary !== undefined && before !== undefined && isAsBefore(summary, before)) same.set(name, before);
      }
      yield { same, absent: ofQueue.filter((name) => !summaries.has(nameIn(name))) };
    }
  },
  async names(batch, signal, queues) {
    const names = new Set<string>();
    for (const record of queues) {
      const { jobQueueName: queue } = record;
      if (!hasServiceJobs(record)) continue;
      for (const share of (await sharesOfQueue(batch, queue, signal)).keys()) names.add(`${queue}/${share}`);
    }
    return names;
  },
  writes({ batch, at, write }) {
    return {
      createQuotaShare(request, signal) {
        const { quotaShareName: share = "", jobQueue = "" } = request;
        const name = `${nameIn(jobQueue)}/${share}`;
        const effect = quotaShareCreated(request, name, at);
        return write({
          name,
          call: () => batch.createQuotaShare(request, { signal }),
          effect: () => effect,
          meanwhile: effect,
        });
      },
      updateQuotaShare(request, signal) {
        const effect = quotaShareUpdated(request);
        return write({
          name: shareNameIn(request.quotaShareArn ?? "") ?? "",
          call: () => batch.updateQuotaShare(request, { signal }),
          effect: () => effect,
          ifUnknown: inDoubt(effect),
        });
      },
      deleteQuotaShare(arn, signal) {
        return write({
          name: shareNameIn(arn ?? "") ?? "",
          call: () => batch.deleteQuotaShare({ quotaShareArn: arn }, { signal }),
          effect: () => deletion(),
        });
      },
    };
  },
} satisfies AskedResource<QuotaShareRecord, Batch, QuotaShareWrites>;

/**
 * The quota shares of a queue by their own names, as AWS lists them: without tags. None of a queue that is not there.
 *
 * @param queue name or ARN
 * @throws AwsError
 */
export async function sharesOfQueue(
  batch: Batch,
  queue: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, QuotaShareRecord>> {
  const operation = "ListQuotaShares";
  const shares = new Map<string, QuotaShareRecord>();
  const page = async (nextToken: string | undefined) => {
    const answer = await batch.listQuotaShares({ jobQueue: queue, maxResults: pageSize, nextToken }, { signal });
    return { items: listed(answer.quotaShares, operation), nextToken: answer.nextToken };
  };
  try {
    for await (const details of allPages(operation, page)) {
      for (const detail of details) {
        const record = named(detail, operation);
        shares.set(record.quotaShareName, record);
      }
    }
  } catch (error) {
    if (!(error instanceof AwsError && error.kind === "notFound")) throw error;
    shares.clear();
  }
  return shares;
}

/** Undefined: AWS has no such share. @throws AwsError */
async function described(batch: Batch, arn: string, signal: AbortSignal): Promise<QuotaShareRecord | undefined> {
  try {
    return named(await batch.describeQuotaShare({ quotaShareArn: arn }, { signal }), "DescribeQuotaShare");
  } catch (error) {
    if (error instanceof AwsError && error.kind === "notFound") return undefined;
    throw error;
  }
}

/** With the members of a share alone. @throws AwsError when AWS's answer lacks one that it always has */
function named(detail: QuotaShareDetail & Pick<QuotaShareRecord, "tags">, operation: string): QuotaShareRecord {
  const { quotaShareName, quotaShareArn, jobQueueArn, capacityLimits, resourceSharingConfiguration } = detail;
  const { preemptionConfiguration, state, status, tags } = detail;
  if (quotaShareName === undefined || quotaShareArn === undefined || jobQueueArn === undefined) {
    throw nameless(operation);
  }
  const named = { quotaShareName, quotaShareArn, jobQueueArn };
  return {
    ...named,
    ...present({ capacityLimits, resourceSharingConfiguration, preemptionConfiguration, state, status, tags }),
  };
}

/** Whether the list shows what was read before, tags aside. */
function isAsBefore(summary: QuotaShareRecord, before: QuotaShareRecord): boolean {
  const { tags: _notListed, ...others } = before;
  return jsonEqual(summary, others);
}

/** The name of the queue in `queue/share`. */
function queueIn(name: string): string {
  return name.slice(0, name.indexOf("/"));
}

/** The effect of a creation. */
export function quotaShareCreated(
  { tags, jobQueue = "", ...request }: CreateQuotaShareRequest,
  name: string,
  at: Location,
): Effect<QuotaShareRecord> {
  const { quotaShareName = "", state = "ENABLED" } = request;
  const record: QuotaShareRecord = {
    ...request,
    quotaShareName,
    quotaShareArn: resourceArn(at, "quota-share", name),
    jobQueueArn: resourceArn(at, "job-queue", nameIn(jobQueue)),
    state,
    status: "CREATING",
    tags: { ...tags },
  };
  return { apply: (seen) => seen ?? record, shows: (read) => read !== undefined, supersedes: true };
}

/** The effect of an update. */
export function quotaShareUpdated({ quotaShareArn: _arn, ...body }: UpdateQuotaShareRequest): Effect<QuotaShareRecord> {
  const { capacityLimits, ...others } = body;
  return {
    supersedes: false,
    apply: (record) => (record === undefined ? undefined : { ...record, ...present(body), status: "UPDATING" }),
    shows: (read) =>
      read !== undefined &&
      contains(others, read) &&
      (capacityLimits === undefined || jsonEqual(limitsOf(read.capacityLimits), limitsOf(capacityLimits))),
  };
}
