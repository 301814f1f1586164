import type { Described } from "./effects.ts";
import { AwsError } from "./errors.ts";

/** The most that AWS gives in one page, and takes in one describe. */
export const pageSize = 100;

interface ListingPage<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** More pages than the resources of an account fill: an endpoint that never ends its listing would be read for ever. */
export const mostPages = 1000;

/** So much text in a thousand of the allowed pages. The resources of an account have a tenth of it. */
const textOfThousandPagesMiB = 64;

/** How much of a listing is read. */
interface Bounds {
  readonly pages?: number;
  /** No page is kept once the next one comes, so that their number is enough of a bound. */
  readonly streams?: boolean;
}

/**
 * All pages of a listing, one after the other. Rejects when any page does.
 * @param operation for the error, e.g. `batch:ListJobs`
 * @param tokenOf what asks for the next page; undefined or empty: there is none
 * @throws AwsError when the listing does not go on, or not end, or is far longer than an account's resources are
 */
export async function* everyPage<P>(
  operation: string,
  read: (token: string | undefined) => Promise<P>,
  tokenOf: (page: P) => string | undefined,
  { pages: most = mostPages, streams = false }: Bounds = {},
): AsyncGenerator<P> {
  const mostMiB = (most / 1000) * textOfThousandPagesMiB;
  let token: string | undefined;
  let text = 0;
  for (let count = 1; ; count++) {
    const page = await read(token);
    if (!streams) text += textIn(page);
    if (text > mostMiB * 1024 * 1024) throw endless(operation, `has more than ${mostMiB} MiB`);
    yield page;
    const next = tokenOf(page);
    if (next === undefined || next === "") return;
    if (next === token) throw endless(operation, "gave the same page token twice");
    if (count === most) throw endless(operation, `has more than ${most} pages`);
    token = next;
  }
}

function endless(operation: string, problem: string): AwsError {
  const message = `the answer to ${operation} ${problem}, so it may never end`;
  return new AwsError("unavailable", operation, "EndlessListing", message);
}

/** The characters of all strings in an answer. */
function textIn(answer: unknown): number {
  let characters = 0;
  const left = [answer];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === "string") characters += value.length;
    else if (value !== null && typeof value === "object") {
      for (const member of Object.values(value)) left.push(member);
    }
  }
  return characters;
}

/** As `everyPage`, the items of each page of a listing of AWS Batch. */
export async function* allPages<T>(
  operation: string,
  read: (nextToken: string | undefined) => Promise<ListingPage<T>>,
  bounds?: Bounds,
): AsyncGenerator<readonly T[]> {
  for await (const { items } of everyPage(`batch:${operation}`, read, ({ nextToken }) => nextToken, bounds))
    yield items;
}

interface Lister<R> {
  /** e.g. `DescribeJobQueues`. */
  readonly operation: string;
  readonly page: (which: { names?: string[]; nextToken?: string | undefined }) => Promise<ListingPage<R>>;
  readonly nameOf: (record: R) => string;
  /** Names that were there before; undefined: nothing was read yet. */
  readonly known: Iterable<string> | undefined;
}

/**
 * All live records by name; tombstones (status DELETED) are left out. Pages are read at different times, so what
 * goes away in between may hide what comes after it: after several pages, names that ought to be there are asked for.
 */
export async function listLive<R extends Described>({
  operation,
  page,
  nameOf,
  known,
}: Lister<R>): Promise<Map<string, R>> {
  const readAll = async (): Promise<{ live: Map<string, R>; pages: number }> => {
    const live = new Map<string, R>();
    let pages = 0;
    for await (const records of allPages(operation, (nextToken) => page({ nextToken }))) {
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
    for await (const records of allPages(operation, (nextToken) => page({ names, nextToken }))) {
      keepLive(live, records, nameOf);
    }
  }
  return live;
}

function keepLive<R extends Described>(
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

/**
 * A list as AWS gives it, which may be empty. Without one it was not AWS who answered, but e.g. a proxy: nothing is
 * missing because of that.
 * @throws AwsError
 */
export function listed<T>(list: readonly T[] | undefined, operation: string): readonly T[] {
  if (list !== undefined) return list;
  throw new AwsError("unknown", `batch:${operation}`, "IncompleteAnswer", "AWS's answer lacks the list");
}

export function nameless(operation: string): AwsError {
  return new AwsError("unknown", `batch:${operation}`, "IncompleteAnswer", "AWS described something without its name");
}
