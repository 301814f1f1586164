import { expect, test } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import { JobQueueKind } from "../../src/api/v1alpha1/kinds.ts";
import { MemoryStore } from "../../src/kube/memory-store.ts";
import { seenStore } from "../../src/operator/seen-store.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import type { Digest, ObjectSource } from "../../src/runtime/store.ts";
import { jobQueue } from "../manifests.ts";

const { signal } = new AbortController();

/** A source that applies `keep` to each object as it arrives, as that of an API server does. */
function keeping(source: ObjectSource): ObjectSource {
  return {
    list: async (kind, inner, keep = (object) => object) => {
      const list = await source.list(kind, inner);
      return { ...list, items: list.items.map(keep) };
    },
    watch: (kind, resourceVersion, inner) => source.watch(kind, resourceVersion, inner),
  };
}

test("what a list keeps of an object is of the object as the operator sees it, of all namespaces or one", async () => {
  const memory = new MemoryStore({ clock: new VirtualClock(), newUid: () => "uid", admit: undefined });
  memory.apply(jobQueue("q", ["ce"]));
  const ofTeam = memory.watching(["team"]);
  const store = seenStore(
    { ...ofTeam, ...keeping(memory), namespaces: new Map([["team", keeping(ofTeam)]]) },
    (object) => ({
      ...object,
      spec: { priority: 7 },
    }),
  );
  for (const source of [store, store.namespaces?.get("team")]) {
    const arrived: unknown[] = [];
    const keep: Digest = (object: KubeObject) => {
      arrived.push(object.spec);
      return object;
    };
    const lists = [await source?.list(JobQueueKind, signal), await source?.list(JobQueueKind, signal, keep)];
    expect(lists.map((list) => list?.items.map(({ spec }) => spec))).toEqual([[{ priority: 7 }], [{ priority: 7 }]]);
    expect(arrived).toEqual([{ priority: 7 }]);
  }
});
