/**
 * What the cache of 10,000 BatchJob objects needs, of which 9,000 have ended: a process of its own, which lists them page by
 * page as from an API server. Argument: `digest`, or `whole` to keep all of each. Prints MiB of heap.
 */

import { BatchJobKind } from "../../src/api/v1alpha1/kinds.ts";
import { digestOf } from "../../src/controllers/kinds/batch-job/digest.ts";
import type { KubeApi } from "../../src/kube/api.ts";
import { listAll } from "../../src/kube/list.ts";
import { keepsAll, ObjectCache } from "../../src/runtime/cache.ts";
import { Room, roomLimits } from "../../src/runtime/cache-limits.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { silentLog } from "../../src/runtime/log.ts";
import { listedJob } from "./objects.ts";

const objects = 10_000;
const finished = 9000;

/** Pages as the server sends them: each is text before it is objects. */
const api = {
  async request({ query = {} }: Parameters<KubeApi["request"]>[0]) {
    const from = Number(query["continue"] ?? 0);
    const to = Math.min(objects, from + Number(query["limit"]));
    const items = Array.from({ length: to - from }, (_, index) => listedJob(from + index, from + index < finished));
    const metadata = { resourceVersion: "200000", ...(to < objects ? { continue: String(to) } : {}) };
    return JSON.parse(JSON.stringify({ metadata, items }));
  },
} as unknown as KubeApi;

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const empty = heap();
const cache = new ObjectCache({
  kind: BatchJobKind,
  clock: systemClock(),
  log: silentLog,
  parts: [undefined],
  room: new Room(roomLimits),
  keeps: { ...keepsAll, digest: process.argv[2] === "digest" ? digestOf : undefined },
});
const { signal } = new AbortController();
const { items } = await listAll(api, { kind: BatchJobKind, namespace: undefined, keep: cache.digest }, signal);
cache.replace(items, cache.listBegins());
console.log(JSON.stringify({ heap: heap() - empty, objects: cache.list().length }));
