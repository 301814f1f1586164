import type { KubeObject } from "../api/object.ts";
import { StoreError } from "../runtime/store.ts";

const attempts = 3;

/**
 * Applies a status to the very object that was read. A change of something else is no conflict: then the object is read
 * again, and the status applied to that version, each time after a look whether this replica may still write. So what
 * arrives late, of a replica that stood still, does not cover what its successor has told since.
 *
 * @param what for the error, e.g. `jobqueues "team/q1"`
 * @param apply sends the status with this version
 * @param live reads the object now
 * @throws StoreError `NotFound` when the object is gone or another of its name is there; `Conflict` when it does not
 *   stop changing
 */
export async function statusAtVersion(
  { metadata }: KubeObject,
  what: string,
  apply: (resourceVersion: string) => Promise<KubeObject>,
  live: () => Promise<KubeObject | undefined>,
): Promise<KubeObject> {
  let { resourceVersion } = metadata;
  for (let attempt = 1; ; attempt++) {
    try {
      return await apply(resourceVersion);
    } catch (error) {
      if (!(error instanceof StoreError) || error.reason !== "Conflict" || attempt === attempts) throw error;
    }
    const now = await live();
    if (now?.metadata.uid !== metadata.uid) throw new StoreError("NotFound", `${what} is gone`);
    resourceVersion = now.metadata.resourceVersion;
  }
}
