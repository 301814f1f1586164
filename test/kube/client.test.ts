import { describe, expect, test } from "vitest";
import { type ApiRequest, KubeApi } from "../../src/kube/api.ts";
import { readClusterUid, readNamespace } from "../../src/kube/namespaces.ts";
import { VirtualClock } from "../../src/runtime/clock.ts";
import { StoreError, sourcesOf } from "../../src/runtime/store.ts";
import { eventually } from "../eventually.ts";
import { type OpenAnswer, refusal } from "./fake-api-server.ts";
import { errorOf, messageOf, widget, widgetKind, widgets, world } from "./world.ts";

const key = { namespace: "team-a", name: "w" };

const plainly = { dryRun: false, force: false, fieldManager: undefined };

describe("a read", () => {
  test("gives the object without what is never read, and undefined when there is none", async () => {
    const { server, store, signal } = await world();
    const live = widget("w", "7");
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", "test.dev/kept": "yes" };
    server.on(
      `GET ${widgets("team-a", "w")}`,
      { json: { ...live, metadata: { ...live.metadata, managedFields: [{ manager: "kubectl" }], annotations } } },
      refusal(404, "NotFound", 'widgets.test.dev "w" not found'),
    );
    const read = { ...live, metadata: { ...live.metadata, annotations: { "test.dev/kept": "yes" } } };
    expect(await store.get(widgetKind, key, signal)).toEqual(read);
    expect(await store.get(widgetKind, key, signal)).toBeUndefined();
    expect(server.last.headers).toMatchObject({
      authorization: "Bearer secret-token",
      "user-agent": "aws-batch-operator/1.2.3",
      accept: "application/json",
    });
  });

  test("keeps of the field managers those that have the manifest in Git", async () => {
    const { server, store, signal } = await world();
    const live = widget("w", "7");
    const managedFields = ["kubectl", "argocd-controller", "aws-batch-operator", "argocd-controller"].map(
      (manager) => ({
        manager,
        fieldsV1: { "f:spec": {} },
      }),
    );
    server.on(`GET ${widgets("team-a", "w")}`, { json: { ...live, metadata: { ...live.metadata, managedFields } } });
    const read = await store.get(widgetKind, key, signal);
    expect(read?.metadata).toEqual({ ...live.metadata, keptBy: ["argocd-controller"] });
  });

  test("of 50 objects one after the other needs no more than two connections", async () => {
    const { server, store, signal } = await world();
    server.on(`GET ${widgets("team-a", "w")}`, { json: widget("w", "7") });
    for (let i = 0; i < 50; i++) await store.get(widgetKind, key, signal);
    expect(server.requests).toHaveLength(50);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test("at once with many others waits for one of the pooled connections", async () => {
    const { server, store, signal } = await world({ connections: 4 });
    server.on(`GET ${widgets("team-a", "w")}`, { json: widget("w", "7") });
    await Promise.all(Array.from({ length: 40 }, () => store.get(widgetKind, key, signal)));
    expect(server.connections).toBeLessThanOrEqual(4);
  });

  test("is sent again when the connection breaks, once", async () => {
    const { server, store, signal } = await world();
    server.on(`GET ${widgets("team-a", "w")}`, "cut", { json: widget("w", "7") });
    expect(await store.get(widgetKind, key, signal)).toMatchObject({ metadata: { name: "w" } });
    server.on(`GET ${widgets("team-a", "w")}`, "cut");
    expect(await messageOf(store.get(widgetKind, key, signal))).toBe(
      "StoreError: no answer from the API server http://127.0.0.1:PORT: the connection was reset",
    );
    expect(server.requests).toHaveLength(4);
  });

  test("has a deadline", async () => {
    const clock = new VirtualClock();
    const { server, store, signal } = await world({ clock });
    server.on(`GET ${widgets("team-a", "w")}`, "silent");
    const answer = messageOf(store.get(widgetKind, key, signal));
    await eventually(() => server.requests.length === 1);
    await clock.advance(10_000);
    expect(await answer).toBe(
      'StoreError: cannot get widgets.test.dev "team-a/w": the API server http://127.0.0.1:PORT did not answer within 10 s',
    );
  });

  test("that goes on has a deadline for its beginning alone", async () => {
    const clock = new VirtualClock();
    const { server, store, signal, connection } = await world({ clock });
    const next = () => store.watch(widgetKind, "1", signal)[Symbol.asyncIterator]().next();
    server.on(`GET ${widgets()}`, "silent");
    const silent = messageOf(next());
    await eventually(() => server.requests.length === 1);
    await clock.advance(10_000);
    expect(await silent).toMatch(/cannot watch widgets\.test\.dev: .* did not answer within 10 s$/);

    const answers: (number | undefined)[] = [];
    const api = new KubeApi({ connection, clock, onAnswer: (_method, status) => answers.push(status) });
    const open: OpenAnswer[] = [];
    server.on("GET /watch", { open: (answer) => open.push(answer) });
    const request: ApiRequest = { method: "GET", path: "/watch", target: { verb: "watch", resource: "widgets" } };
    const begun = api.stream(request, signal).next();
    await eventually(() => answers.length > 0);
    await clock.advance(60_000);
    open[0]?.write("late");
    expect(Buffer.from((await begun).value ?? []).toString()).toBe("late");
  });

  test("ends with the reason of its caller's signal", async () => {
    const { server, store, signal, abort } = await world();
    server.on(`GET ${widgets("team-a", "w")}`, "silent");
    const answer = errorOf(store.get(widgetKind, key, signal));
    await eventually(() => server.requests.length === 1);
    abort.abort(new Error("leadership is lost"));
    expect(await answer).toBe(signal.reason);
    await eventually(() => server.open === 0);
  });
});

describe("a list", () => {
  const page = (from: number, size: number, token?: string) => ({
    json: {
      metadata: { resourceVersion: "90", ...(token === undefined ? {} : { continue: token }) },
      items: Array.from({ length: size }, (_, i) => widget(`w${from + i}`, String(from + i))),
    },
  });

  test("reads page after page, never from the server's cache", async () => {
    const { server, store, signal } = await world();
    server.on(`GET ${widgets()}`, page(0, 3, "next"), page(3, 2));
    const list = await store.list(widgetKind, signal);
    expect([list.items.map(({ metadata }) => metadata.name), list.resourceVersion]).toEqual([
      ["w0", "w1", "w2", "w3", "w4"],
      "90",
    ]);
    expect(server.requests.map(({ query }) => query)).toEqual([{ limit: "100" }, { limit: "200", continue: "next" }]);
  });

  test("ends with the page whose token is empty", async () => {
    const { server, store, signal } = await world();
    server.on(`GET ${widgets()}`, page(0, 3, "next"), page(3, 2, ""), page(0, 3, "again"));
    expect((await store.list(widgetKind, signal)).items).toHaveLength(5);
    expect(server.requests).toHaveLength(2);
  });

  test("starts again when etcd has forgotten the version of its pages, and then gives up", async () => {
    const { server, store, signal } = await world();
    const forgotten = refusal(410, "Expired", "the token has expired");
    server.on(`GET ${widgets()}`, page(0, 3, "next"), forgotten, page(0, 3, "next"), page(3, 3));
    const { items } = await store.list(widgetKind, signal);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["w0", "w1", "w2", "w3", "w4", "w5"]);
    server.on(`GET ${widgets()}`, page(0, 3, "next"), forgotten, page(0, 3, "next"), forgotten);
    expect(await errorOf(store.list(widgetKind, signal))).toMatchObject({ reason: "Gone" });
  });

  test("never reads more than 4 MiB at once, however large the objects of its next page are", async () => {
    const { server, store, signal } = await world();
    // A hundred small ones first, then 40 of 600 KB.
    const all = Array.from({ length: 140 }, (_, at) => ({
      ...widget(`w${at}`, String(at)),
      spec: { text: "x".repeat(at < 100 ? 10 : 600_000) },
    }));
    const sent: number[] = [];
    server.on(`GET ${widgets()}`, ({ query }) => {
      const from = Number(query["continue"] ?? 0);
      const to = from + Number(query["limit"]);
      const items = all.slice(from, to);
      sent.push(items.length);
      return {
        json: { metadata: { resourceVersion: "90", ...(to < all.length ? { continue: String(to) } : {}) }, items },
      };
    });
    const { items } = await store.list(widgetKind, signal);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(all.map(({ metadata }) => metadata.name));
    // Three pages are refused in the middle; from then on a page has what fits.
    expect(sent).toEqual([100, 40, 40, 13, 4, ...Array.from({ length: 36 }, () => 1)]);
  });

  test("reads an object that is longer than a page by itself", async () => {
    const { server, store, signal } = await world();
    const large = { ...widget("large", "1"), spec: { text: "x".repeat(5_000_000) } };
    server.on(`GET ${widgets()}`, { json: { metadata: { resourceVersion: "90" }, items: [large] } });
    expect((await store.list(widgetKind, signal)).items).toHaveLength(1);
    expect(server.requests.map(({ query }) => query["limit"])).toEqual(["100", "25", "7", "2", "1"]);
  });
});

describe("a patch of metadata", () => {
  const held = { ...widget("w", "7").metadata, finalizers: ["other.dev/f"] };
  const object = { ...widget("w", "7"), metadata: held };

  test("changes only what it names, on the version that was read", async () => {
    const { server, store, signal } = await world();
    server.on(`PATCH ${widgets("team-a", "w")}`, { json: widget("w", "8") });
    const patch = { addFinalizer: "test.dev/f", annotations: { "test.dev/a": "1", "test.dev/b": null } };
    expect((await store.patchMetadata(widgetKind, object, patch, signal)).metadata.resourceVersion).toBe("8");
    expect(server.last).toMatchObject({
      query: { fieldManager: "aws-batch-operator" },
      headers: { "content-type": "application/merge-patch+json" },
    });
    expect(server.last.body).toEqual({
      metadata: {
        resourceVersion: "7",
        finalizers: ["other.dev/f", "test.dev/f"],
        annotations: { "test.dev/a": "1", "test.dev/b": null },
      },
    });
    await store.patchMetadata(widgetKind, object, { annotations: { "test.dev/a": "2" } }, signal);
    expect(server.last.body).toEqual({ metadata: { resourceVersion: "7", annotations: { "test.dev/a": "2" } } });
  });

  test("takes away its own finalizer and leaves the others", async () => {
    const { server, store, signal } = await world();
    server.on(`PATCH ${widgets("team-a", "w")}`, { json: widget("w", "8") });
    const both = { ...object, metadata: { ...held, finalizers: ["test.dev/f", "other.dev/f"] } };
    await store.patchMetadata(widgetKind, both, { removeFinalizer: "test.dev/f" }, signal);
    expect(server.last.body).toEqual({ metadata: { resourceVersion: "7", finalizers: ["other.dev/f"] } });
  });

  test("is a conflict when the object has changed", async () => {
    const { server, store, signal } = await world();
    server.on(`PATCH ${widgets("team-a", "w")}`, refusal(409, "Conflict", "the object has been modified"));
    const error = await errorOf(store.patchMetadata(widgetKind, object, { addFinalizer: "test.dev/f" }, signal));
    expect(error).toMatchObject({
      reason: "Conflict",
      message: 'cannot patch widgets.test.dev "team-a/w": the object has been modified',
    });
  });
});

describe("a status", () => {
  const path = `PATCH ${widgets("team-a", "w")}/status`;

  test("is applied by the server, forced, to the object that was read", async () => {
    const { server, store, signal } = await world();
    server.on(path, { json: { ...widget("w", "8"), status: { ready: true } } });
    const applied = await store.applyStatus(widgetKind, widget("w", "7"), { ready: true }, signal);
    expect(applied.status).toEqual({ ready: true });
    expect(server.last).toMatchObject({
      query: { fieldManager: "aws-batch-operator", force: "true" },
      headers: { "content-type": "application/apply-patch+yaml" },
    });
    expect(server.last.body).toEqual({
      apiVersion: "test.dev/v1",
      kind: "Widget",
      metadata: { namespace: "team-a", name: "w", uid: "uid-w", resourceVersion: "7" },
      status: { ready: true },
    });
  });

  const conflict = refusal(409, "Conflict", "the object has been modified");
  const withStatus = (version: string, status: unknown) => ({ json: { ...widget("w", version), status } });

  test("is replaced, at the version that was applied, where the server keeps what somebody else owns", async () => {
    const { server, store, signal } = await world();
    const status = { conditions: [{ type: "Ready" }] };
    const kept = { conditions: [{ type: "Ready" }, { type: "Stalled" }] };
    server.on(path, withStatus("8", kept), withStatus("9", status));
    const applied = await store.applyStatus(widgetKind, widget("w", "7"), status, signal);
    expect(applied).toMatchObject({ metadata: { resourceVersion: "9" }, status });
    expect(server.requests).toHaveLength(2);
    expect(server.last).toMatchObject({
      query: { fieldManager: "aws-batch-operator" },
      headers: { "content-type": "application/json-patch+json" },
      body: [
        { op: "replace", path: "/metadata/resourceVersion", value: "8" },
        { op: "replace", path: "/status", value: status },
      ],
    });
  });

  test("is applied again when the object changes between the two", async () => {
    const { server, store, signal } = await world();
    const kept = withStatus("8", { ready: true, stalled: true });
    server.on(path, kept, conflict, withStatus("10", { ready: true }));
    server.on(`GET ${widgets("team-a", "w")}`, { json: widget("w", "9") });
    const applied = await store.applyStatus(widgetKind, widget("w", "7"), { ready: true }, signal);
    expect(applied.metadata.resourceVersion).toBe("10");
    expect(server.last.body).toMatchObject({ metadata: { resourceVersion: "9" } });
  });

  test("is replaced no more than once where the server adds something of its own", async () => {
    const { server, store, signal } = await world();
    server.on(path, withStatus("8", { ready: true, since: "server" }));
    const applied = await store.applyStatus(widgetKind, widget("w", "7"), { ready: true }, signal);
    expect(applied.status).toEqual({ ready: true, since: "server" });
    expect(server.requests).toHaveLength(2);
  });

  test("is applied all the same when something else of the object has changed", async () => {
    const { server, store, signal } = await world();
    server.on(path, conflict, conflict, withStatus("10", {}));
    server.on(`GET ${widgets("team-a", "w")}`, { json: widget("w", "8") }, { json: widget("w", "9") });
    const applied = await store.applyStatus(widgetKind, widget("w", "7"), {}, signal);
    expect(applied.metadata.resourceVersion).toBe("10");
    const sent = server.requests.filter(({ method }) => method === "PATCH").map(({ body }) => body.metadata);
    expect(sent.map(({ resourceVersion }) => resourceVersion)).toEqual(["7", "8", "9"]);
  });

  test("is a conflict in the end when the object does not stop changing", async () => {
    const { server, store, signal } = await world();
    server.on(path, conflict);
    server.on(`GET ${widgets("team-a", "w")}`, { json: widget("w", "8") });
    const error = await errorOf(store.applyStatus(widgetKind, widget("w", "7"), {}, signal));
    expect(error).toMatchObject({ reason: "Conflict" });
    expect(server.requests.map(({ method }) => method)).toEqual(["PATCH", "GET", "PATCH", "GET", "PATCH"]);
  });

  const other = widget("w", "8");
  test.each([
    ["is gone", refusal(404, "NotFound", 'widgets.test.dev "w" not found'), undefined],
    ["is just going", conflict, refusal(404, "NotFound", 'widgets.test.dev "w" not found')],
    ["has another uid", conflict, { json: { ...other, metadata: { ...other.metadata, uid: "uid-2" } } }],
  ])("finds nothing when the object %s", async (_what, reply, live) => {
    const { server, store, signal } = await world();
    server.on(path, reply);
    if (live !== undefined) server.on(`GET ${widgets("team-a", "w")}`, live);
    const error = await errorOf(store.applyStatus(widgetKind, widget("w", "7"), {}, signal));
    expect(error).toMatchObject({ reason: "NotFound" });
    expect(server.requests.filter(({ method }) => method === "PATCH")).toHaveLength(1);
  });
});

describe("a write", () => {
  test("does not leave if this replica must not write", async () => {
    const { server, store, signal } = await world({
      mayWrite: () => {
        throw new Error("this replica does not lead");
      },
    });
    const writes = [
      store.patchMetadata(widgetKind, widget("w", "7"), { addFinalizer: "f" }, signal),
      store.applyStatus(widgetKind, widget("w", "7"), {}, signal),
      store.delete(widgetKind, key, undefined, signal),
      store.deleteObject(widgetKind, widget("w", "7"), signal),
      store.apply(widgetKind, widget("w", "7"), plainly, signal),
      store.create(widgetKind, widget("w", "7"), signal),
    ];
    for (const write of writes) expect(await messageOf(write)).toMatch(/was not sent: this replica does not lead/);
    expect(server.connections).toBe(0);
  });

  test("does not leave when the lease ran out while it waited for its connection", async () => {
    const asked: number[] = [];
    const { server, store, signal } = await world({
      mayWrite: () => {
        asked.push(server.connections);
        return { deadlineMs: asked.length === 1 ? 5000 : 0 };
      },
    });
    const write = store.applyStatus(widgetKind, widget("w", "7"), {}, signal);
    expect(await messageOf(write)).toBe(
      'StoreError: patch widgets.test.dev/status "team-a/w" was not sent: the lease has expired',
    );
    await eventually(() => server.open === 0);
    // Asked the second time when the connection was, and yet nothing was sent on it.
    expect([asked, server.requests.length]).toEqual([[0, 1], 0]);
  });

  test("has no longer than what is left of the lease", async () => {
    const clock = new VirtualClock();
    const { server, store, signal } = await world({ clock, mayWrite: () => ({ deadlineMs: 1500 }) });
    server.on(`PATCH ${widgets("team-a", "w")}/status`, "silent");
    const write = messageOf(store.applyStatus(widgetKind, widget("w", "7"), {}, signal));
    await eventually(() => server.requests.length === 1);
    await clock.advance(1500);
    expect(await write).toMatch(/did not answer within 1.5 s/);
  });

  test("is not sent again when the connection breaks", async () => {
    const { server, store, signal } = await world();
    server.on(`PATCH ${widgets("team-a", "w")}/status`, "cut");
    expect(await errorOf(store.applyStatus(widgetKind, widget("w", "7"), {}, signal))).toBeInstanceOf(StoreError);
    expect(server.requests).toHaveLength(1);
  });
});

test("applies a manifest, or only asks what would be stored", async () => {
  const { server, store, signal } = await world();
  server.on(`PATCH ${widgets("team-a", "w")}`, { json: widget("w", "8") });
  const manifest = {
    apiVersion: "test.dev/v1",
    kind: "Widget",
    metadata: { namespace: "team-a", name: "w" },
    spec: { size: 2 },
  };
  await store.apply(widgetKind, manifest, { ...plainly, dryRun: true, fieldManager: "kubectl" }, signal);
  expect([server.last.query, server.last.body]).toEqual([{ fieldManager: "kubectl", dryRun: "All" }, manifest]);
  await store.apply(widgetKind, manifest, { ...plainly, force: true }, signal);
  expect(server.last.query).toEqual({ fieldManager: "aws-batch-operator", force: "true" });
});

test("deletes the object of that uid, and says whether there was one", async () => {
  const { server, store, signal } = await world();
  server.on(`DELETE ${widgets("team-a", "w")}`, { json: widget("w", "8") }, refusal(404, "NotFound", "not found"));
  expect(await store.delete(widgetKind, key, "uid-w", signal)).toBe(true);
  expect(server.last.body).toMatchObject({ preconditions: { uid: "uid-w" } });
  expect(await store.delete(widgetKind, key, undefined, signal)).toBe(false);
});

test("deletes an object of exactly the uid and version that were read", async () => {
  const { server, store, signal } = await world();
  const path = `DELETE ${widgets("team-a", "w")}`;
  server.on(path, { json: widget("w", "8") }, refusal(409, "Conflict", "the ResourceVersion does not match"));
  const object = widget("w", "7");
  await store.deleteObject(widgetKind, object, signal);
  expect(server.last.body).toEqual({
    apiVersion: "v1",
    kind: "DeleteOptions",
    preconditions: { uid: object.metadata.uid, resourceVersion: "7" },
  });
  expect(await errorOf(store.deleteObject(widgetKind, object, signal))).toMatchObject({ reason: "Conflict" });
});

test("reads the metadata of a namespace and the uid of the cluster", async () => {
  const { server, api, signal } = await world();
  server.on("GET /api/v1/namespaces/team-a", { json: { metadata: { uid: "1", labels: { env: "prod" } } } });
  server.on("GET /api/v1/namespaces/plain", { json: { metadata: { uid: "2" } } });
  server.on("GET /api/v1/namespaces/none", refusal(404, "NotFound", "not found"));
  server.on("GET /api/v1/namespaces/kube-system", { json: { metadata: { uid: "cluster-1" } } });
  const read = await Promise.all(["team-a", "plain", "none"].map((name) => readNamespace(api, name, signal)));
  expect(read).toEqual([{ labels: { env: "prod" }, annotations: {} }, { labels: {}, annotations: {} }, undefined]);
  expect(await readClusterUid(api, signal)).toBe("cluster-1");
});

describe("with chosen namespaces", () => {
  const list = (namespace: string, version: string) => ({
    json: { metadata: { resourceVersion: version }, items: [widget("w", "1", namespace)] },
  });

  test("each of them is a source of its own, of its objects and its versions", async () => {
    const { server, store, signal, abort } = await world({ watchNamespaces: ["team-b", "team-a", "team-b"] });
    server.on(`GET ${widgets("team-a")}`, list("team-a", "10"), {
      open: (answer) => answer.write(`${JSON.stringify({ type: "ADDED", object: widget("new", "31") })}\n`),
    });
    server.on(`GET ${widgets("team-b")}`, refusal(403, "Forbidden", "no"));
    expect([...sourcesOf(store).keys()]).toEqual(["team-b", "team-a"]);
    const [teamB, teamA] = [...sourcesOf(store).values()];
    expect(await errorOf(Promise.resolve(teamB?.list(widgetKind, signal)))).toMatchObject({ reason: "Forbidden" });
    expect(await teamA?.list(widgetKind, signal)).toMatchObject({
      items: [{ metadata: { namespace: "team-a" } }],
      resourceVersion: "10",
    });
    const events = teamA?.watch(widgetKind, "10", signal)[Symbol.asyncIterator]();
    expect(await events?.next()).toMatchObject({ value: { kind: "added", object: { metadata: { name: "new" } } } });
    expect(server.last).toMatchObject({ path: widgets("team-a"), query: { resourceVersion: "10" } });
    const next = errorOf(Promise.resolve(events?.next()));
    abort.abort(new Error("stop"));
    expect(await next).toBe(signal.reason);
  });

  test("without them there is one source, of all namespaces", async () => {
    const { store } = await world();
    expect([...sourcesOf(store)]).toEqual([[undefined, store]]);
  });
});
