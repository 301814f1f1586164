import type { Kind } from "../api/object.ts";
import { type Digest, type ObjectList, StoreError } from "../runtime/store.ts";
import type { KubeApi } from "./api.ts";
import { resourcePath, resourceTarget, toObject } from "./resource.ts";

/** Objects per page, as in kubectl. */
const pageSize = 500;

interface Page {
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
 * so long that etcd has compacted that version, it reads all of them again at once.
 */
export async function listAll(api: KubeApi, listing: Listing, signal: AbortSignal): Promise<ObjectList> {
  let page = await readPage(api, listing, { limit: pageSize }, signal);
  const items = [...page.items];
  try {
    while (page.token !== undefined) {
      page = await readPage(api, listing, { limit: pageSize, continue: page.token }, signal);
      items.push(...page.items);
    }
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== "Gone") throw error;
    return await readPage(api, listing, {}, signal);
  }
  return { items, resourceVersion: page.resourceVersion };
}

async function readPage(
  api: KubeApi,
  { kind, namespace, keep = (object) => object }: Listing,
  query: { readonly limit?: number; readonly continue?: string | undefined },
  signal: AbortSignal,
): Promise<ObjectList & { readonly token: string | undefined }> {
  const path = resourcePath(kind, { namespace });
  const target = resourceTarget(kind, "list", { namespace });
  const page = (await api.request({ method: "GET", path, query, target }, signal)) as Page;
  const resourceVersion = page.metadata?.resourceVersion;
  if (resourceVersion === undefined) {
    throw new StoreError("Unavailable", `the API server sent something that is not a list of ${kind.plural}`);
  }
  return {
    items: (page.items ?? []).map((item) => keep(toObject(kind, item))),
    resourceVersion,
    token: page.metadata?.continue || undefined,
  };
}
