import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import type { Change } from "../../src/runtime/cache.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { collectingLog } from "../../src/runtime/log.ts";
import { StoreError } from "../../src/runtime/store.ts";
import { keyOf, widgetCache } from "./world.ts";

const a = keyOf("a");

function widget(version: number, extra: Partial<KubeObject["metadata"]> = {}, spec: unknown = {}): KubeObject {
  return {
    apiVersion: "test.dev/v1",
    kind: "Widget",
    metadata: {
      name: "a",
      namespace: "default",
      uid: "uid-1",
      resourceVersion: `v${version}`,
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...extra,
    },
    spec,
  };
}

function world(parts: readonly (string | undefined)[] = [undefined]) {
  const clock = new VirtualClock();
  const log = collectingLog();
  const cache = widgetCache({ clock, log, parts });
  const changes: string[] = [];
  cache.onChange((change) => changes.push(changeText(change)));
  return { clock, log, cache, changes, version: () => cache.get(a)?.metadata.resourceVersion };
}

function changeText({ origin, before, after }: Change): string {
  return `${origin}: ${objectText(before)} -> ${objectText(after)}`;
}

function objectText(object: KubeObject | undefined): string {
  return object === undefined ? "none" : `${object.metadata.name} ${object.metadata.resourceVersion}`;
}

describe("list and watch", () => {
  test("make the contents and report each change once", async () => {
    const { cache, changes } = world();
    cache.replace([widget(1), widget(1, { name: "b", uid: "uid-b" })], cache.listBegins());
    await cache.synced;
    cache.apply({ kind: "modified", object: widget(2) });
    cache.apply({ kind: "modified", object: widget(2) });
    cache.apply({ kind: "bookmark", resourceVersion: "v3" });
    cache.apply({ kind: "deleted", object: widget(4) });
    expect(changes).toEqual(["list: none -> a v1", "list: none -> b v1", "watch: a v1 -> a v2", "watch: a v2 -> none"]);
    expect(cache.list().map(objectText)).toEqual(["b v1"]);
  });

  test("a list reports deletions and changes that no watch showed", () => {
    const { cache, changes } = world();
    cache.replace([widget(1), widget(1, { name: "b", uid: "uid-b" })], cache.listBegins());
    changes.length = 0;
    cache.replace([widget(5, { name: "b", uid: "uid-b" })], cache.listBegins());
    expect(changes).toEqual(["list: b v1 -> b v5", "list: a v1 -> none"]);
  });

  test("a new object under an old name is reported as gone, then new", () => {
    const { cache, changes } = world();
    cache.apply({ kind: "added", object: widget(1) });
    cache.replace([widget(5, { uid: "uid-2" })], cache.listBegins());
    expect(changes.slice(1)).toEqual(["list: a v1 -> none", "list: none -> a v5"]);
  });

  test("what is not kept of an object is in no list, event or answer of ours that the cache has", () => {
    const { clock, log } = world();
    const digest = (object: KubeObject): KubeObject => ({ ...object, spec: undefined, isDigest: true });
    const cache = widgetCache({ clock, log, digest });
    const kept = (): unknown => ({ ...cache.get(a)?.metadata, spec: cache.get(a)?.spec });
    cache.replace([widget(1, {}, "whole")], cache.listBegins());
    expect(kept()).toMatchObject({ resourceVersion: "v1", spec: undefined });
    cache.apply({ kind: "modified", object: widget(2, {}, "whole") });
    expect(kept()).toMatchObject({ resourceVersion: "v2", spec: undefined });
    cache.requestBegins(a).answered(widget(3, {}, "whole"));
    expect(kept()).toMatchObject({ resourceVersion: "v3", spec: undefined });
  });

  test("a handler that throws is logged and hinders neither the cache nor the others", () => {
    const { cache, log, version } = world();
    cache.onChange(() => {
      throw new Error("boom");
    });
    const later: string[] = [];
    cache.onChange((change) => later.push(changeText(change)));
    cache.apply({ kind: "added", object: widget(1) });
    expect(version()).toBe("v1");
    expect(later).toEqual(["watch: none -> a v1"]);
    expect(log.lines).toMatchObject([{ level: "error", fields: { name: "a", kind: "Widget" } }]);
  });
});

describe("of several parts", () => {
  const inTeam = (namespace: string, version = 1) => widget(version, { namespace, uid: `uid-${namespace}` });
  const refused = new StoreError("Forbidden", "not allowed to list widgets.test.dev in namespace team-b: no");

  function parted() {
    const w = world(["team-a", "team-b"]);
    const partOf = (namespace: string) => {
      const part = w.cache.part(namespace);
      return {
        ...part,
        replace: (items: readonly KubeObject[], begun: number): void => {
          for (const _object of part.replacing(items, begun));
        },
      };
    };
    const [teamA, teamB] = [partOf("team-a"), partOf("team-b")];
    const lines = () => w.log.lines.map(({ level, fields }) => `${level} ${String(fields["namespace"])}`);
    return { ...w, teamA, teamB, lines, teams: () => w.cache.list().map(({ metadata }) => metadata.namespace) };
  }

  test("the list of one says nothing about the others", () => {
    const { cache, teamA, teamB, teams } = parted();
    teamA.replace([inTeam("team-a")], cache.listBegins());
    teamB.replace([inTeam("team-b")], cache.listBegins());
    teamA.replace([], cache.listBegins());
    expect(teams()).toEqual(["team-b"]);
  });

  test("all of them are waited for that may be read", () => {
    const { cache, teamA, teamB } = parted();
    teamA.replace([], cache.listBegins());
    teamB.listFailed(new StoreError("Unavailable", "down"));
    expect(cache.hasSynced).toBe(false);
    teamB.listFailed(refused);
    expect(cache.hasSynced).toBe(true);
    expect([cache.hasListed("team-a"), cache.hasListed("team-b")]).toEqual([true, false]);
  });

  test("nothing is known while every one is refused", () => {
    const { cache, teamA, teamB } = parted();
    teamA.listFailed(refused);
    teamB.listFailed(refused);
    expect(cache.hasSynced).toBe(false);
    teamA.replace([], cache.listBegins());
    expect(cache.hasSynced).toBe(true);
  });

  test("what was seen of one that is refused stays until it can be read again", () => {
    const { cache, teamB, teams } = parted();
    teamB.replace([inTeam("team-b")], cache.listBegins());
    teamB.listFailed(refused);
    expect([teams(), cache.hasListed("team-b")]).toEqual([["team-b"], true]);
    teamB.replace([], cache.listBegins());
    expect(teams()).toEqual([]);
  });

  test("a refused one is reported once, and its return once; another failure each time", () => {
    const { cache, teamB, lines } = parted();
    for (let i = 0; i < 3; i++) teamB.listFailed(refused);
    expect(lines()).toEqual(["error team-b"]);
    teamB.listFailed(new StoreError("Unavailable", "down"));
    teamB.listFailed(refused);
    teamB.replace([], cache.listBegins());
    teamB.replace([], cache.listBegins());
    teamB.listFailed(refused);
    expect(lines()).toEqual(["error team-b", "warn team-b", "info team-b", "error team-b"]);
  });

  test("a cache that is one part reports each refusal and waits on", () => {
    const { cache, log } = world();
    cache.listFailed(refused);
    cache.listFailed(refused);
    expect(log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "warn: a list failed",
      "warn: a list failed",
    ]);
    expect(cache.hasSynced).toBe(false);
  });
});

describe("an index", () => {
  test("follows changes, also from before it was added", () => {
    const { cache } = world();
    const names = (value: string): string[] => cache.byIndex("color", value).map(({ metadata }) => metadata.name);
    cache.apply({ kind: "added", object: widget(1, {}, ["red", "blue"]) });
    cache.addIndex("color", (object) => object.spec as string[]);
    cache.apply({ kind: "added", object: widget(2, { name: "b", uid: "uid-b" }, ["red"]) });
    expect([names("red"), names("blue"), names("none")]).toEqual([["a", "b"], ["a"], []]);
    cache.apply({ kind: "modified", object: widget(3, {}, ["green"]) });
    cache.apply({ kind: "deleted", object: widget(4, { name: "b", uid: "uid-b" }) });
    expect([names("red"), names("blue"), names("green")]).toEqual([[], [], ["a"]]);
  });

  test("holds what we wrote before the watch shows it", () => {
    const { cache } = world();
    cache.addIndex("spec", (object) => [String(object.spec)]);
    cache.apply({ kind: "added", object: widget(1, {}, "old") });
    cache.requestBegins(a).answered(widget(2, {}, "new"));
    expect([cache.byIndex("spec", "old"), cache.byIndex("spec", "new").length]).toEqual([[], 1]);
  });

  test("does without an object that its function cannot read", () => {
    const { cache, log } = world();
    cache.addIndex("color", (object) => [(object.spec as { color: string }).color.trim()]);
    cache.apply({ kind: "added", object: widget(1) });
    cache.apply({ kind: "modified", object: widget(2, {}, { color: " red " }) });
    expect(cache.byIndex("color", "red")).toHaveLength(1);
    expect(log.lines.map(({ message }) => message)).toContain("an object could not be indexed");
  });

  test("is named wrongly: that is an error", () => {
    const { cache } = world();
    expect(() => cache.byIndex("none", "x")).toThrow("Widget has no index none");
  });
});

describe("our own write", () => {
  test("is seen at once and its echo is not a change", () => {
    const { cache, changes } = world();
    cache.apply({ kind: "added", object: widget(1) });
    cache.requestBegins(a).answered(widget(2));
    cache.apply({ kind: "modified", object: widget(2) });
    expect(changes).toEqual(["watch: none -> a v1", "own: a v1 -> a v2"]);
  });

  test("is not hidden by an older version that the watch shows after it", () => {
    const { cache, version } = world();
    cache.apply({ kind: "added", object: widget(1) });
    cache.requestBegins(a).answered(widget(3));
    cache.apply({ kind: "modified", object: widget(2) });
    expect(version()).toBe("v3");
    cache.apply({ kind: "modified", object: widget(3) });
    cache.apply({ kind: "modified", object: widget(4) });
    expect(version()).toBe("v4");
  });

  test("that the watch showed before the answer came does not turn time back", () => {
    const { cache, version } = world();
    cache.apply({ kind: "added", object: widget(1) });
    const write = cache.requestBegins(a);
    cache.apply({ kind: "modified", object: widget(2) });
    cache.apply({ kind: "modified", object: widget(3) });
    write.answered(widget(2));
    expect(version()).toBe("v3");
  });

  const newer: { name: string; object: KubeObject }[] = [
    { name: "a higher generation", object: widget(9, { generation: 2 }) },
    { name: "a deletion mark", object: widget(9, { deletionTimestamp: "2026-01-01T00:00:00Z" }) },
    { name: "another uid", object: widget(9, { uid: "uid-2" }) },
  ];
  for (const { name, object } of newer) {
    test(`gives way to ${name} although its echo was lost`, () => {
      const { cache, version } = world();
      cache.apply({ kind: "added", object: widget(1) });
      cache.requestBegins(a).answered(widget(2));
      cache.apply({ kind: "modified", object });
      expect(version()).toBe("v9");
    });
  }

  test("gives way after 5 s when the watch shows other versions and its echo was lost", async () => {
    const { clock, cache, changes, version } = world();
    cache.apply({ kind: "added", object: widget(1) });
    cache.requestBegins(a).answered(widget(2));
    await clock.advance(60_000);
    expect(version()).toBe("v2");
    cache.apply({ kind: "modified", object: widget(3) });
    await clock.advance(4999);
    expect(version()).toBe("v2");
    await clock.advance(1);
    expect(version()).toBe("v3");
    expect(changes.at(-1)).toBe("watch: a v2 -> a v3");
  });

  test("gives way to a list that began after it, not to one that began before", () => {
    const { cache, version } = world();
    cache.apply({ kind: "added", object: widget(1) });
    const begunBefore = cache.listBegins();
    cache.requestBegins(a).answered(widget(3));
    cache.replace([widget(2)], begunBefore);
    expect(version()).toBe("v3");
    cache.replace([widget(7)], cache.listBegins());
    expect(version()).toBe("v7");
  });

  test("does not bring back what the watch showed as deleted", () => {
    const { cache } = world();
    cache.apply({ kind: "added", object: widget(1) });
    const write = cache.requestBegins(a);
    cache.apply({ kind: "deleted", object: widget(3) });
    write.answered(widget(2));
    expect(cache.get(a)).toBeUndefined();
    expect(cache.list()).toEqual([]);
  });

  test("to an object of the old uid does not hide the new one", () => {
    const { cache, version } = world();
    cache.apply({ kind: "added", object: widget(1) });
    const write = cache.requestBegins(a);
    cache.apply({ kind: "deleted", object: widget(3) });
    cache.apply({ kind: "added", object: widget(4, { uid: "uid-2" }) });
    write.answered(widget(2));
    expect(version()).toBe("v4");
  });

  test("gives way after 5 s to what the watch showed before the answer came, when its echo was lost", async () => {
    const { clock, cache, version } = world();
    cache.apply({ kind: "added", object: widget(1) });
    const write = cache.requestBegins(a);
    cache.apply({ kind: "modified", object: widget(5) });
    write.answered(widget(4));
    await clock.advance(5000);
    expect(version()).toBe("v5");
  });

  test("gives way to the deletion although its echo was lost", () => {
    const { cache, changes } = world();
    cache.apply({ kind: "added", object: widget(1) });
    cache.requestBegins(a).answered(widget(2));
    cache.apply({ kind: "deleted", object: widget(3) });
    expect(cache.get(a)).toBeUndefined();
    expect(changes.at(-1)).toBe("watch: a v2 -> none");
  });

  test("that failed leaves everything as it is", () => {
    const { cache, changes } = world();
    cache.apply({ kind: "added", object: widget(1) });
    cache.requestBegins(a).failed();
    expect(changes).toHaveLength(1);
  });
});

describe("our own write, where versions are numbers", () => {
  const numbered = (version: string) => widget(0, { resourceVersion: version });

  test("is not hidden by older ones, however late the watch shows them", async () => {
    const { clock, cache, version } = world();
    cache.apply({ kind: "added", object: numbered("8") });
    cache.requestBegins(a).answered(numbered("10"));
    cache.apply({ kind: "modified", object: numbered("9") });
    await clock.advance(60_000);
    expect(version()).toBe("10");
  });

  test("is not hidden by older ones that the watch showed before the answer came", async () => {
    const { clock, cache, version } = world();
    cache.apply({ kind: "added", object: numbered("8") });
    const write = cache.requestBegins(a);
    cache.apply({ kind: "modified", object: numbered("9") });
    write.answered(numbered("10"));
    await clock.advance(60_000);
    expect(version()).toBe("10");
  });

  test("gives way at once to a newer one although its echo was lost", () => {
    const { cache, version } = world();
    cache.apply({ kind: "added", object: numbered("8") });
    cache.requestBegins(a).answered(numbered("9"));
    cache.apply({ kind: "modified", object: numbered("10") });
    expect(version()).toBe("10");
  });

  test("does not hide a newer one that the watch showed before the answer came", () => {
    const { cache, changes } = world();
    cache.apply({ kind: "added", object: numbered("8") });
    const write = cache.requestBegins(a);
    cache.apply({ kind: "modified", object: numbered("11") });
    write.answered(numbered("10"));
    expect(changes).toEqual(["watch: none -> a 8", "watch: a 8 -> a 11"]);
  });
});

describe("a live read", () => {
  test("that finds nothing hides the object until the watch shows its end", () => {
    const { cache, changes } = world();
    cache.apply({ kind: "added", object: widget(1) });
    cache.requestBegins(a).answered(undefined);
    expect([cache.get(a), cache.list()]).toEqual([undefined, []]);
    cache.apply({ kind: "modified", object: widget(2) });
    cache.apply({ kind: "deleted", object: widget(3) });
    expect(changes).toEqual(["watch: none -> a v1", "own: a v1 -> none"]);
    cache.apply({ kind: "added", object: widget(4, { uid: "uid-2" }) });
    expect(changes.at(-1)).toBe("watch: none -> a v4");
  });
});
