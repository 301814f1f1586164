import type { BatchApi, DefinitionRevision, Environment, Queue } from "./batch.ts";
import { AwsError } from "./errors.ts";

/** The most that AWS gives in one page, and takes in one describe. */
export const pageSize = 100;

interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** All pages, one after the other. Rejects when any page does. */
async function* allPages<T>(read: (nextToken: string | undefined) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
  let nextToken: string | undefined;
  do {
    const page = await read(nextToken);
    yield page.items;
    nextToken = page.nextToken === "" ? undefined : page.nextToken;
  } while (nextToken !== undefined);
}

interface Lister<R> {
  readonly page: (which: { names?: string[]; nextToken?: string | undefined }) => Promise<Page<R>>;
  readonly nameOf: (record: R) => string;
  /** Names that were there before; undefined: nothing was read yet. */
  readonly known: Iterable<string> | undefined;
}

/**
 * All live records by name; tombstones (status DELETED) are left out. Pages are read at different times, so what
 * goes away in between may hide what comes after it: after several pages, names that ought to be there are asked for.
 */
async function listLive<R extends Environment | Queue>({ page, nameOf, known }: Lister<R>): Promise<Map<string, R>> {
  const readAll = async (): Promise<{ live: Map<string, R>; pages: number }> => {
    const live = new Map<string, R>();
    let pages = 0;
    for await (const records of allPages((nextToken) => page({ nextToken }))) {
      pages++;
      keepLive(live, records, nameOf);
    }
    return { live, pages };
  };
  let { live, pages } = await readAll();
  if (pages === 1) return live;
  let expected = known;
  if (expected === undefined) {
    expected = live.keys();
    ({ live } = await readAll());
  }
  const missing = [...expected].filter((name) => !live.has(name));
  for (let start = 0; start < missing.length; start += pageSize) {
    const names = missing.slice(start, start + pageSize);
    for await (const records of allPages((nextToken) => page({ names, nextToken }))) keepLive(live, records, nameOf);
  }
  return live;
}

function keepLive<R extends Environment | Queue>(
  live: Map<string, R>,
  records: readonly R[],
  nameOf: (record: R) => string,
): void {
  for (const record of records) {
    const name = nameOf(record);
    if (record.status === "DELETED" || (record.status === "DELETING" && live.has(name))) continue;
    live.set(name, record);
  }
}

/** @param known the names of the listing before, if there was one */
export function listEnvironments(
  batch: BatchApi,
  known: Iterable<string> | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Environment>> {
  return listLive({
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
}

/** @param known the names of the listing before, if there was one */
export function listQueues(
  batch: BatchApi,
  known: Iterable<string> | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Queue>> {
  return listLive({
    known,
    nameOf: (record) => record.jobQueueName,
    async page({ names, nextToken }) {
      const which = names === undefined ? { maxResults: pageSize } : { jobQueues: names };
      const answer = await batch.describeJobQueues({ ...which, nextToken }, { signal });
      const items = listed(answer.jobQueues, "DescribeJobQueues").map((detail) => {
        const { jobQueueName: name, jobQueueArn: arn } = detail;
        if (name === undefined || arn === undefined) throw nameless("DescribeJobQueues");
        return { ...detail, jobQueueName: name, jobQueueArn: arn };
      });
      return { items, nextToken: answer.nextToken };
    },
  });
}

/** The ACTIVE revisions of `name`, or of all names, page by page so that no more than one page of bodies is held. */
export function activeRevisions(
  batch: BatchApi,
  name: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly DefinitionRevision[]> {
  return revisionPages(batch, { ...(name === undefined ? {} : { jobDefinitionName: name }), status: "ACTIVE" }, signal);
}

/** The revisions with these ARNs, at most 100; ones that AWS does not know are left out. */
export async function describeRevisions(
  batch: BatchApi,
  arns: readonly string[],
  signal: AbortSignal,
): Promise<readonly DefinitionRevision[]> {
  const revisions: DefinitionRevision[] = [];
  for await (const page of revisionPages(batch, { jobDefinitions: [...arns] }, signal)) revisions.push(...page);
  return revisions;
}

async function* revisionPages(
  batch: BatchApi,
  which: { jobDefinitionName?: string; status?: string; jobDefinitions?: string[] },
  signal: AbortSignal,
): AsyncGenerator<readonly DefinitionRevision[]> {
  // AWS takes no other parameter beside `jobDefinitions`.
  const size = which.jobDefinitions === undefined ? { maxResults: pageSize } : {};
  const pages = allPages(async (nextToken) => {
    const answer = await batch.describeJobDefinitions({ ...which, ...size, nextToken }, { signal });
    return { items: listed(answer.jobDefinitions, "DescribeJobDefinitions"), nextToken: answer.nextToken };
  });
  for await (const page of pages) {
    yield page.map((detail) => {
      const { jobDefinitionName: name, jobDefinitionArn: arn, revision } = detail;
      if (name === undefined || arn === undefined || revision === undefined) throw nameless("DescribeJobDefinitions");
      return { ...detail, jobDefinitionName: name, jobDefinitionArn: arn, revision };
    });
  }
}

/**
 * A list as AWS gives it, which may be empty. Without one it was not AWS who answered, but e.g. a proxy: nothing is
 * missing because of that.
 * @throws AwsError
 */
export function listed<T>(list: readonly T[] | undefined, operation: string): readonly T[] {
  if (list !== undefined) return list;
  throw new AwsError("unknown", `batch:${operation}`, "IncompleteAnswer", "AWS's answer lacks the list");
}

function nameless(operation: string): AwsError {
  return new AwsError("unknown", `batch:${operation}`, "IncompleteAnswer", "AWS described something without its name");
}
