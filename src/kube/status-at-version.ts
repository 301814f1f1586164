import type { KubeObject } from "../api/object.ts";
import { StoreError } from "../runtime/store.ts";

const attempts = 3;

/**
 * Applies a status to exactly the object that was read. A change of other fields is not a conflict: then it reads the
 * object again and applies the status to that version, each time after a check whether this replica may still write. So
 * a late write of a paused replica does not overwrite the status of its successor.
 *
 * @param what for the error message, e.g. `jobqueues "team/q1"`
 * @param apply sends the status with this resourceVersion
 * @param live reads the object now
 * @throws StoreError `NotFound` if the object is deleted or was replaced by another of its name; `Conflict` if it keeps
 *   changing
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
