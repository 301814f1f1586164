import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../../src/api/object.ts";
import type { BatchComputeEnvironmentSpec } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { JobQueue } from "../../../../src/api/v1alpha1/job-queue.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import { planId } from "../../../../src/controllers/kinds/compute-environment/request.ts";
import { refreshed } from "../../../../src/controllers/kinds/job-queue/observe.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { StoreError } from "../../../../src/runtime/store.ts";
import { fakeRegion, objectsOf } from "../../region.ts";
import { approvalFor } from "../compute-environment/given.ts";
import { ec2, environment, foreignEnvironment, identity, identityOf, now, object, queue } from "./given.ts";
import { environmentOf, labels, retainedFrom, watcher } from "./watcher.ts";

describe("an entry of the order", () => {
  const to = (name: string, namespace?: string) =>
    object({
      computeEnvironmentOrder: [
        { order: 1, computeEnvironmentRef: { name, ...(namespace === undefined ? {} : { namespace }) } },
      ],
    });
  const other = (spec: Partial<BatchComputeEnvironmentSpec> = {}) => environmentOf("a", spec, { namespace: "friends" });
  const inFriends = { ...to("a", "friends"), metadata: { ...object().metadata, namespace: "friends2" } };

  it.each<[string, readonly KubeObject[], ReturnType<typeof object>, string]>([
    ["refers to an object of its own namespace", [environmentOf("a")], to("a"), "reference"],
    ["may refer to nothing yet", [], to("a"), "ReferenceNotFound"],
    ["may refer to a namespace that is not watched", [], to("a", "elsewhere"), "NamespaceNotWatched"],
    ["may not refer to another namespace by itself", [other()], inFriends, "ReferenceNotAllowed"],
    [
      "may refer to another namespace that lets all",
      [other({ allowedNamespaces: { from: "All" } })],
      inFriends,
      "reference",
    ],
    [
      "may not refer to another namespace that keeps to itself",
      [other({ allowedNamespaces: { from: "Same" } })],
      inFriends,
      "ReferenceNotAllowed",
    ],
    [
      "may not refer to an object of another region",
      [environmentOf("a", { region: "us-east-1" })],
      to("a"),
      "RegionMismatch",
    ],
    [
      "may refer to an object that names the same region",
      [environmentOf("a", { region: "eu-west-1" })],
      to("a"),
      "reference",
    ],
  ])("%s", async (_name, objects, given, expected) => {
    const [entry] = (await watcher(objects).observed(fakeRegion(), given)).entries;
    expect(entry?.kind === "unresolved" ? entry.reason : entry?.kind).toBe(expected);
  });

  it.each<[string, Record<string, string> | undefined, string, string]>([
    ["with the labels of its namespace", { team: "x" }, "friends", "reference"],
    ["not with other labels", { team: "y" }, "friends", "ReferenceNotAllowed"],
    ["not with one label of two", { team: "x", tier: "2" }, "friends", "ReferenceNotAllowed"],
    ["not from a namespace without labels", { team: "x" }, "strangers", "ReferenceNotAllowed"],
    ["not when nothing is selected", {}, "friends", "ReferenceNotAllowed"],
    ["not when there is no selector", undefined, "friends", "ReferenceNotAllowed"],
  ])("may refer by selector: %s", async (_name, matchLabels, from, expected) => {
    const selector = matchLabels === undefined ? {} : { selector: { matchLabels } };
    const spec = { allowedNamespaces: { from: "Selector" as const, ...selector } };
    const given = { ...to("a", "owner"), metadata: { ...object().metadata, namespace: from } };
    const objects = [environmentOf("a", spec as Partial<BatchComputeEnvironmentSpec>, { namespace: "owner" })];
    const [entry] = (await watcher(objects).observed(fakeRegion(), given)).entries;
    expect(entry?.kind === "unresolved" ? entry.reason : entry?.kind).toBe(expected);
  });

  it.each([
    [1000, []],
    [1001, ["refresh"]],
  ] as const)("has AWS read again when the labels of a namespace took %i ms", async (tookMs, calls) => {
    const clock = new VirtualClock(now);
    const selector = { matchLabels: { team: "x" } };
    const open = other({ allowedNamespaces: { from: "Selector", selector } });
    const { observed, objects } = watcher([open], clock);
    objects.namespace = async () => {
      await clock.advance(tookMs);
      return { labels: labels.friends, annotations: {} };
    };
    const region = fakeRegion();
    const [entry] = (await observed(region, inFriends)).entries;
    expect([entry?.kind, region.calls]).toEqual(["reference", calls]);
  });

  it("has service environments read again with the queues, for a queue that has one", async () => {
    const region = fakeRegion();
    const { signal } = new AbortController();
    const ports = { objects: objectsOf([]) } as unknown as Ports;
    await refreshed(object(), region, ports, signal);
    const given = object({ serviceEnvironmentOrder: [{ order: 1, serviceEnvironment: "a" }] });
    await refreshed(given, region, ports, signal);
    expect(region.calls).toEqual(["refresh", "refresh", "refreshAsked serviceEnvironments a"]);
  });

  it("comes in ascending order, by name or ARN", async () => {
    const given = object({
      computeEnvironmentOrder: [
        { order: 9, computeEnvironment: "arn:aws:batch:eu-west-1:123456789012:compute-environment/x" },
        { order: 2, computeEnvironment: "y" },
      ],
    });
    expect((await watcher().observed(fakeRegion(), given)).entries).toEqual([
      { kind: "named", order: 2, name: "y", owner: "nowhere" },
      { kind: "named", order: 9, name: "x", owner: "nowhere" },
    ]);
  });

  const byName = (computeEnvironment: string, namespace = identity.namespace) => ({
    ...object({ computeEnvironmentOrder: [{ order: 1, computeEnvironment }] }),
    metadata: { ...object().metadata, namespace },
  });
  const ofNamespace = (namespace: string, cluster: string = identity.cluster.name) =>
    environment("x", "a", { tags: { "awsbatch.dev/namespace": namespace, "awsbatch.dev/cluster": cluster } });
  const ofCluster = (cluster: string) => environment("x", "a", { tags: { "awsbatch.dev/cluster": cluster } });
  const retained = foreignEnvironment("x", { tags: { "awsbatch.dev/retained-from": "default/team/a" } });
  const allowing = (spec: Partial<BatchComputeEnvironmentSpec>) => environmentOf("a", spec, { namespace: "team" });
  const friends = { allowedNamespaces: { from: "Selector" as const, selector: { matchLabels: { team: "x" } } } };
  const arnOfX = "arn:aws:batch:eu-west-1:123456789012:compute-environment/x";

  it.each<[string, string, readonly Environment[], readonly KubeObject[], string, string]>([
    ["of an object of its own namespace", "x", [environment("x", "a")], [allowing({})], "team", "named"],
    ["not of one of another", "x", [environment("x", "a")], [allowing({})], "friends", "ReferenceNotAllowed"],
    ["not of one of another by ARN", arnOfX, [environment("x", "a")], [allowing({})], "friends", "ReferenceNotAllowed"],
    ["of one that lets its namespace", "x", [environment("x", "a")], [allowing(friends)], "friends", "named"],
    [
      "not of one that lets others",
      "x",
      [environment("x", "a")],
      [allowing(friends)],
      "strangers",
      "ReferenceNotAllowed",
    ],
    [
      "not of an object of another namespace that is gone",
      "x",
      [environment("x", "a")],
      [],
      "friends",
      "ReferenceNotAllowed",
    ],
    ["of an object of its own namespace that is gone", "x", [environment("x", "a")], [], "team", "named"],
    ["of another cluster", "x", [ofCluster("blue")], [allowing({})], "friends", "named"],
    ["not one that an object of another namespace has left", "x", [retained], [], "friends", "ReferenceNotAllowed"],
    ["that an object has left, and that lets its namespace", "x", [retained], [allowing(friends)], "friends", "named"],
    ["that an object of its own namespace has left", "x", [retained], [], "team", "named"],
    ["of somebody else", "x", [foreignEnvironment("x")], [allowing({})], "friends", "named"],
    ["that is not there yet", "x", [environment("y", "a")], [allowing({})], "friends", "named"],
    ["not of a namespace that is not watched", "x", [ofNamespace("elsewhere")], [], "friends", "NamespaceNotWatched"],
    [
      "not of a namespace that is not watched by ARN",
      arnOfX,
      [ofNamespace("elsewhere")],
      [],
      "friends",
      "NamespaceNotWatched",
    ],
    ["of its own namespace, whether that is watched or not", "x", [ofNamespace("elsewhere")], [], "elsewhere", "named"],
    ["of another cluster's namespace", "x", [ofNamespace("elsewhere", "blue")], [], "friends", "named"],
  ])("may name an environment %s", async (_name, given, environments, objects, namespace, expected) => {
    const [entry] = (
      await watcher(objects).observed(fakeRegion({ computeEnvironments: environments }), byName(given, namespace))
    ).entries;
    expect(entry?.kind === "unresolved" ? entry.reason : entry?.kind).toBe(expected);
  });

  const deleted = { deletionTimestamp: "2026-01-01T00:00:00Z" };
  const ofUid = (uid: string) => environment("x", "a", { tags: { "awsbatch.dev/cluster-uid": uid } });

  it.each<[string, Environment, readonly KubeObject[], string]>([
    ["here", environment("team_a", "a"), [allowing({})], "here"],
    ["gone", environment("team_a", "a"), [], "nowhere"],
    ["being deleted", environment("team_a", "a"), [environmentOf("a", {}, deleted)], "deleting"],
    ["in a namespace that is not watched", ofNamespace("elsewhere"), [], "elsewhere"],
    ["of another cluster", ofCluster("blue"), [allowing({})], "elsewhere"],
    ["of another cluster of the same name", ofUid("cluster-0"), [allowing({})], "elsewhere"],
    [
      "there, while one of its name is deleted here",
      ofUid("cluster-0"),
      [environmentOf("a", {}, deleted)],
      "elsewhere",
    ],
    ["of a lost cluster that is taken over", ofUid("lost"), [], "nowhere"],
    ["nobody's", foreignEnvironment("team_a"), [allowing({})], "nowhere"],
    ["not there", environment("y", "a"), [allowing({})], "nowhere"],
  ])("that names an environment says whether its owner is %s", async (_name, one, objects, owner) => {
    const cluster = { ...identity.cluster, takeOverUid: "lost" };
    const namespace = one.tags?.["awsbatch.dev/namespace"] ?? identity.namespace;
    const name = one.computeEnvironmentName === "y" ? "team_a" : one.computeEnvironmentName;
    const region = fakeRegion({ computeEnvironments: [one] });
    const [entry] = (await watcher(objects, undefined, cluster).observed(region, byName(name, namespace))).entries;
    expect(entry).toEqual({ kind: "named", order: 1, name, owner });
  });

  describe("that its owner allows by the labels of a namespace, which cannot be read,", () => {
    const referring = { ...to("a", "team"), metadata: { ...object().metadata, namespace: "friends" } };
    const observed = async (given: JobQueue, unread: Error) => {
      const watching = watcher([allowing(friends)]);
      watching.objects.namespace = async () => Promise.reject(unread);
      return await watching.observed(fakeRegion({ computeEnvironments: [environment("x", "a")] }), given);
    };
    const message =
      "namespace friends cannot be read (namespaces is forbidden), so whether it may use team/a is unknown. Let the operator get, list and watch namespaces";

    it.each<[string, JobQueue, object]>([
      ["by reference", referring, { key: { namespace: "team", name: "a" } }],
      ["by name", byName("x", "friends"), { name: "x" }],
    ])("is reported with what to do: %s", async (_how, given, means) => {
      const { entries } = await observed(given, new StoreError("Forbidden", "namespaces is forbidden"));
      expect(entries).toEqual([{ kind: "unresolved", order: 1, ...means, reason: "NamespaceUnreadable", message }]);
    });

    it.each([new StoreError("Unavailable", "503"), new StoreError("TooManyRequests", "429"), new Error("a bug")])(
      "is reported by nobody when that may pass, or is not an answer: %s",
      async (unread) => {
        await expect(observed(referring, unread)).rejects.toBe(unread);
      },
    );
  });

  it("that names what its owner does not let it use is reported with what to do", async () => {
    const region = fakeRegion({ computeEnvironments: [environment("x", "a")] });
    expect((await watcher([allowing({})]).observed(region, byName("x", "friends"))).entries).toEqual([
      {
        kind: "unresolved",
        order: 1,
        name: "x",
        reason: "ReferenceNotAllowed",
        message:
          "x is an environment of team/a, which does not let namespace friends use it: allow that namespace in the spec.allowedNamespaces of team/a",
      },
    ]);
  });

  it("that names what belongs to a namespace that is not watched is reported with how to have it watched", async () => {
    const region = fakeRegion({ computeEnvironments: [ofNamespace("elsewhere")] });
    expect((await watcher().observed(region, byName("x", "friends"))).entries).toEqual([
      {
        kind: "unresolved",
        order: 1,
        name: "x",
        reason: "NamespaceNotWatched",
        message:
          "x is an environment of elsewhere/a, and the operator does not watch namespace elsewhere (--watch-namespace), or may not read it",
      },
    ]);
  });

  it.each<[string, string]>([
    ["another region", "arn:aws:batch:us-east-1:123456789012:compute-environment/x"],
    ["another account", "arn:aws:batch:eu-west-1:210987654321:compute-environment/x"],
    ["another partition", "arn:aws-cn:batch:eu-west-1:123456789012:compute-environment/x"],
    ["another kind", "arn:aws:batch:eu-west-1:123456789012:job-queue/x"],
  ])("may not be the ARN of %s, which does not mean what bears that name here", async (_name, arn) => {
    const region = fakeRegion({ computeEnvironments: [foreignEnvironment("x")] });
    expect((await watcher().observed(region, byName(arn))).entries).toEqual([
      {
        kind: "unresolved",
        order: 1,
        name: "x",
        reason: "RegionMismatch",
        message: `${arn} is not a compute environment of account 123456789012 in eu-west-1, where the queue is`,
      },
    ]);
  });

  const hold = { replacement: { holdBefore: ["Repoint" as const] } };
  const approving = (step: string, spec: Partial<BatchComputeEnvironmentSpec> = {}) => ({
    annotations: { "awsbatch.dev/approve": `${planId({ ...ec2, ...spec }, identityOf("a"))}/${step}` },
  });
  const [first, second] = [environment("team_a-000000a1", "a"), environment("team_a-000000a2", "a")];
  const approve = (spec: Partial<BatchComputeEnvironmentSpec>, target = first) =>
    approving(approvalFor("", "Repoint", target).slice(1), spec);

  it.each<[string, KubeObject, boolean]>([
    ["may be handed over", environmentOf("a"), true],
    ["is held before Repoint", environmentOf("a", hold), false],
    ["goes on when Repoint is approved", environmentOf("a", hold, approve(hold)), true],
    [
      "stays held when another plan was approved",
      environmentOf("a", hold, { annotations: { "awsbatch.dev/approve": approvalFor("0", "Repoint", first) } }),
      false,
    ],
    [
      "stays held when the handover to another environment of the plan was approved",
      environmentOf("a", hold, approve(hold, second)),
      false,
    ],
    [
      "is held while its object is paused",
      environmentOf("a", {}, { annotations: { "awsbatch.dev/paused": "true" } }),
      false,
    ],
    [
      "is held while its object only plans",
      environmentOf("a", {}, { annotations: { "awsbatch.dev/dry-run": "true" } }),
      false,
    ],
    [
      "is held while its object is deleted",
      environmentOf("a", {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      false,
    ],
  ])("%s", async (_name, owner, expected) => {
    const [entry] = (await watcher([owner]).observed(fakeRegion({ computeEnvironments: [first] }), to("a"))).entries;
    const deleting = owner.metadata.deletionTimestamp !== undefined;
    expect(entry).toMatchObject({ kind: "reference", handover: expected, deleting });
  });

  const base = "team_a";
  const of = (name: string, tags: Record<string, string>) => environment(name, "a", { tags });
  const elsewhere = { "awsbatch.dev/cluster-uid": "cluster-0" };
  const adopting = environmentOf("a", { adoptionPolicy: "IfMatching" });

  it.each<[string, KubeObject, readonly Environment[], readonly string[]]>([
    ["its own", environmentOf("a"), [environment("team_a-000000a1", "a")], ["team_a-000000a1"]],
    [
      "what Retain of its object has left, where the queue names it",
      environmentOf("a"),
      [
        foreignEnvironment("team_a-000000a3", { tags: retainedFrom("a") }),
        foreignEnvironment("team_a-000000a4", { tags: retainedFrom("a") }),
      ],
      ["team_a-000000a3"],
    ],
    [
      "what Retain has left so far, next to what it is still to leave",
      environmentOf("a"),
      [foreignEnvironment("team_a-000000a3", { tags: retainedFrom("a") }), environment("team_a-000000a1", "a")],
      ["team_a-000000a1", "team_a-000000a3"],
    ],
    [
      "what its object had in a lost cluster, where the queue names it",
      environmentOf("a"),
      [of("team_a-000000a3", elsewhere), of("team_a-000000a4", elsewhere)],
      ["team_a-000000a3"],
    ],
    ["what its object is about to adopt, where the queue names it", adopting, [foreignEnvironment(base)], [base]],
    ["not what bears another name", adopting, [foreignEnvironment("team_a-000000a3")], []],
    ["not what its object does not adopt", environmentOf("a"), [foreignEnvironment(base)], []],
    ["not what another object has", adopting, [environment(base, "b")], []],
    [
      "not what its object adopts no more, for it has one",
      adopting,
      [foreignEnvironment(base), environment("team_a-000000a1", "a")],
      ["team_a-000000a1"],
    ],
    [
      "nothing that Retain of another object has left",
      environmentOf("a"),
      [foreignEnvironment("team_a-000000a3", { tags: retainedFrom("b") })],
      [],
    ],
  ])("is served by %s", async (_name, owner, environments, expected) => {
    const region = fakeRegion({ computeEnvironments: environments, jobQueues: [queue(["team_a-000000a3", base])] });
    const [entry] = (await watcher([owner]).observed(region, to("a"))).entries;
    const set = entry?.kind === "reference" ? entry.set : undefined;
    const all = [set?.target, set?.revivable, ...(set?.predecessors ?? [])];
    expect(all.flatMap((one) => one?.computeEnvironmentName ?? [])).toEqual(expected);
  });

  it("is not served by what its object is about to adopt, before the queue names that", async () => {
    const region = fakeRegion({ computeEnvironments: [foreignEnvironment(base)], jobQueues: [queue(["named"])] });
    const [entry] = (await watcher([adopting]).observed(region, to("a"))).entries;
    expect(entry).toMatchObject({ set: { target: undefined, predecessors: [] } });
  });

  it.each<[string, object, boolean]>([
    ["is out of use once queues went back from it", {}, true],
    ["is tried again when that is approved", approving("Repoint@2026-01-01T00:00:00Z"), false],
    ["is not tried again by an approval of an earlier try", approving("Repoint@2025-12-31T00:00:00Z"), true],
    ["is not tried again by the approval of the first handover", approve({}), true],
  ])("a target %s", async (_name, change, returned) => {
    const back = { tags: { "awsbatch.dev/returned-at": `2026-01-01T00:00:00Z/${planId(ec2, identityOf("a"))}` } };
    const region = fakeRegion({
      computeEnvironments: [environment("team_a-000000a1", "a", back), foreignEnvironment("x")],
    });
    const [entry] = (await watcher([environmentOf("a", {}, change)]).observed(region, to("a"))).entries;
    expect(entry).toMatchObject({
      set: { target: { computeEnvironmentName: "team_a-000000a1" }, returned, predecessors: [] },
    });
  });
});

describe("what the order in AWS names and no entry refers to", () => {
  const named = (owner: string, suffix = "1") => environment(`team_${owner}-0000000${suffix}`, owner);
  const given = object({
    computeEnvironmentOrder: [
      { order: 1, computeEnvironmentRef: { name: "a" } },
      { order: 2, computeEnvironmentRef: { name: "missing" } },
    ],
  });
  const strangers = environment("s1", "s", { tags: { "awsbatch.dev/cluster": "another" } });
  const environments = [named("a"), named("missing"), named("b"), named("b", "2"), named("gone"), strangers];
  const names = (owners: readonly string[]) => owners.map((owner) => environmentOf(owner));

  it.each<[string, readonly string[], readonly string[]]>([
    ["is seen as if it were referred to", ["team_a-00000001", "team_b-00000001"], ["b 3 reference"]],
    ["is seen once for each object", ["team_b-00000002", "team_b-00000001"], ["b 3 reference"]],
    ["is nothing when all is referred to", ["team_a-00000001", "team_missing-00000001"], []],
    ["is nothing when the object has gone, or is another cluster's", ["team_gone-00000001", "s1", "unknown"], []],
  ])("%s", async (_name, inOrder, expected) => {
    const region = fakeRegion({ computeEnvironments: environments, jobQueues: [queue(inOrder)] });
    const { leaving } = await watcher(names(["a", "b", "missing", "s"])).observed(region, given);
    expect(leaving.map((entry) => `${"key" in entry ? entry.key.name : ""} ${entry.order} ${entry.kind}`)).toEqual(
      expected,
    );
  });

  it("is seen with the successor that takes over", async () => {
    const region = fakeRegion({ computeEnvironments: [...environments], jobQueues: [queue(["team_b-00000001"])] });
    const [entry] = (await watcher(names(["b"])).observed(region, given)).leaving;
    expect(entry).toMatchObject({ handover: true, set: { target: { computeEnvironmentName: expect.any(String) } } });
  });
});
