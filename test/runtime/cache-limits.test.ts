import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import { weightOf } from "../../src/api/weight.ts";
import type { ObjectCache, Stubs } from "../../src/runtime/cache.ts";
import { Room } from "../../src/runtime/cache-limits.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { silentLog } from "../../src/runtime/log.ts";
import { keyOf, widgetCache } from "./world.ts";

function widget(
  name: string,
  letters: number,
  { namespace = "mallory", version = 1, paused = false } = {},
): KubeObject {
  const metadata = { name, namespace, uid: name, resourceVersion: `${version}`, generation: 1, creationTimestamp: "" };
  return { apiVersion: "test.dev/v1", kind: "Widget", metadata, spec: { text: "x".repeat(letters), paused } };
}

const stubs: Stubs = {
  of: (object) => ({ ...object, spec: {}, isDigest: true, isStub: true }),
  suffices: ({ spec }) => (spec as { readonly paused: boolean }).paused,
};

const stubBytes = weightOf(stubs.of(widget("w100", 0)));

function caches(count = 1) {
  const room = new Room({ small: 1000, total: 20_000, perNamespace: 5000 });
  const [clock, log] = [new VirtualClock(), silentLog];
  const made = Array.from({ length: count }, () => widgetCache({ clock, log, stubs, room }));
  return { room, caches: made, cache: made[0] as ObjectCache };
}

const many = (count: number, letters: number, options = {}): KubeObject[] =>
  Array.from({ length: count }, (_, at) => widget(`w${at}`, letters, options));
const wholes = (cache: ObjectCache): number => cache.list().filter(({ isStub }) => isStub !== true).length;

describe("the cache", () => {
  test("holds no more than the room, and a stub of every other large object", () => {
    const { cache, room } = caches();
    cache.replace(many(500, 2000), cache.listBegins());
    expect(cache.list()).toHaveLength(500);
    expect(room.total).toBeLessThanOrEqual(20_000 + 500 * stubBytes);
    expect(wholes(cache)).toBeGreaterThan(5);
    expect(wholes(cache)).toBeLessThan(10);
  });

  test("keeps the large objects of a namespace up to its share, whoever has filled the room", () => {
    const { cache } = caches();
    for (const object of many(500, 2000)) cache.apply({ kind: "added", object });
    cache.apply({ kind: "added", object: widget("own", 2000, { namespace: "team" }) });
    expect(cache.get(keyOf("own", "team"))?.isStub).toBeUndefined();
  });

  test("keeps small objects whole in any case, and large ones that rarely need a pass never", () => {
    const { cache } = caches();
    cache.replace([...many(200, 500), widget("paused", 2000, { paused: true })], cache.listBegins());
    expect(wholes(cache)).toBe(200);
    expect(cache.get(keyOf("paused", "mallory"))?.isStub).toBe(true);
  });

  test("counts a new version in place of the old one, and nothing once the object is gone", () => {
    const { cache, room } = caches();
    for (let version = 1; version <= 100; version++) {
      cache.apply({ kind: "modified", object: widget("w", 2000, { version }) });
    }
    expect(cache.get(keyOf("w", "mallory"))?.isStub).toBeUndefined();
    expect(room.total).toBeLessThan(3000);
    cache.apply({ kind: "deleted", object: widget("w", 2000, { version: 100 }) });
    expect([room.total, [...room.held]]).toEqual([0, []]);
  });

  test("makes whole again what has room when everything is listed again", () => {
    const { cache, room } = caches();
    cache.replace(many(100, 2000), cache.listBegins());
    cache.replace(many(5, 2000), cache.listBegins());
    expect(wholes(cache)).toBe(5);
    cache.replace(many(5, 2000), cache.listBegins());
    expect([wholes(cache), room.held.size]).toEqual([5, 1]);
  });

  test("holds stubs while a list arrives, page by page", () => {
    const { cache } = caches();
    const keep = cache.keeper();
    const held = many(500, 2000)
      .map(keep)
      .reduce((sum, object) => sum + weightOf(object), 0);
    expect(held).toBeLessThanOrEqual(20_000 + 500 * stubBytes);
  });

  test("shares its room with the caches of other kinds", () => {
    const { caches: both, room } = caches(2);
    for (const cache of both) cache.replace(many(500, 2000), cache.listBegins());
    expect(room.total).toBeLessThanOrEqual(20_000 + 1000 * stubBytes);
  });

  test("keeps a stub of the answer to a read of our own too", () => {
    const { cache } = caches();
    cache.replace([widget("w", 2000, { paused: true })], cache.listBegins());
    cache.requestBegins(keyOf("w", "mallory")).answered(widget("w", 2000, { version: 2, paused: true }));
    expect(cache.get(keyOf("w", "mallory"))).toMatchObject({ isStub: true, metadata: { resourceVersion: "2" } });
  });
});

test.each([
  ["text", "xxxx", 20],
  ["text of characters that need two bytes", "x\u20ac", 20],
  ["a map", { ab: "c" }, 16 + 16 + 2 + 17],
  ["a list", ["a", 1], 16 + 16 + 17 + 16],
  ["nothing", undefined, 0],
])("the weight of %s", (_, value, weight) => {
  expect(weightOf(value)).toBe(weight);
});
