import type { Kind } from "../api/object.ts";
import { type Digest, type ObjectList, StoreError } from "../runtime/store.ts";
import { AnswerTooLong, type KubeApi } from "./api.ts";
import { resourcePath, resourceTarget, toObject } from "./resource.ts";

/**
 * A server counts the objects of a page, not their bytes, so a page of small objects can precede one of 500 MB. The number for
 * the next page follows from the bytes of the last one, and a page that is longer all the same is not read to its end.
 */
const pageBytes = { aim: 1024 * 1024, most: 4 * 1024 * 1024 };
/** Objects per page; the most as in kubectl. */
const pageObjects = { first: 100, most: 500 };

interface ObjectsPage {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly unknown[] | null;
}

/** Which objects are read, and what is kept of each; absent: all of it. */
interface Listing {
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly keep?: Digest | undefined;
}

/**
 * All objects of a kind at one version, page by page; never an older version from the server's cache. If the pages take
 * so long that etcd has compacted that version, it starts again once.
 */
export async function listAll(api: KubeApi, listing: Listing, signal: AbortSignal): Promise<ObjectList> {
  try {
    return await readPages(api, listing, signal);
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== "Gone") throw error;
    return await readPages(api, listing, signal);
  }
}

async function readPages(api: KubeApi, listing: Listing, signal: AbortSignal): Promise<ObjectList> {
  const items: ObjectList["items"][number][] = [];
  let limit = pageObjects.first;
  let token: string | undefined;
  for (;;) {
    const page = await readPage(api, listing, { limit, continue: token }, signal);
    if (page === undefined) {
      limit = Math.ceil(limit / 4);
      continue;
    }
    items.push(...page.items);
    token = page.token;
    if (token === undefined) return { items, resourceVersion: page.resourceVersion };
    limit = nextLimit(limit, page.bytes);
  }
}

/** How many objects of the same size have the bytes that a page should have; no sudden growth, for the next ones may be larger. */
function nextLimit(limit: number, bytes: number): number {
  const fitting = Math.floor((limit * pageBytes.aim) / Math.max(1, bytes));
  return Math.max(1, Math.min(fitting, limit * 2, pageObjects.most));
}

/** Undefined: it has too many bytes. An object that is alone is read whatever it has. */
async function readPage(
  api: KubeApi,
  { kind, namespace, keep = (object) => object }: Listing,
  query: { readonly limit: number; readonly continue: string | undefined },
  signal: AbortSignal,
): Promise<(ObjectList & { readonly token: string | undefined; readonly bytes: number }) | undefined> {
  const path = resourcePath(kind, { namespace });
  const target = resourceTarget(kind, "list", { namespace });
  const maxBytes = query.limit === 1 ? undefined : pageBytes.most;
  let bytes = 0;
  const onBytes = (length: number): void => {
    bytes = length;
  };
  let page: ObjectsPage;
  try {
    page = (await api.request({ method: "GET", path, query, target, maxBytes, onBytes }, signal)) as ObjectsPage;
  } catch (error) {
    if (error instanceof AnswerTooLong) return undefined;
    throw error;
  }
  const resourceVersion = page.metadata?.resourceVersion;
  if (resourceVersion === undefined) {
    throw new StoreError("Unavailable", `the API server sent something that is not a list of ${kind.plural}`);
  }
  return {
    items: (page.items ?? []).map((item) => keep(toObject(kind, item))),
    resourceVersion,
    token: page.metadata?.continue || undefined,
    bytes,
  };
}
