import { expect, test } from "vitest";
import { kubeLeaseStore } from "../../src/kube/lease-store.ts";
import { fromMicroTime, microTime } from "../../src/kube/micro-time.ts";
import { refusal } from "./fake-api-server.ts";
import { errorOf, world } from "./world.ts";

const leases = "/apis/coordination.k8s.io/v1/namespaces/operators/leases";

async function leaseWorld() {
  const w = await world();
  const store = kubeLeaseStore({
    api: w.api,
    namespace: "operators",
    name: "leader",
    fieldManager: "aws-batch-operator",
  });
  return { ...w, store };
}

const record = {
  holderIdentity: "pod-1",
  leaseDurationSeconds: 15,
  acquiredAt: Date.UTC(2026, 0, 1),
  renewedAt: fromMicroTime("2026-01-01T00:00:02.123456Z"),
  transitions: 3,
};
const spec = {
  holderIdentity: "pod-1",
  leaseDurationSeconds: 15,
  acquireTime: "2026-01-01T00:00:00.000000Z",
  renewTime: "2026-01-01T00:00:02.123456Z",
  leaseTransitions: 3,
};
const lease = { metadata: { name: "leader", resourceVersion: "7" }, spec };

test("reads a lease, to the microsecond, and knows when there is none", async () => {
  const { server, store, signal } = await leaseWorld();
  server.on(`GET ${leases}/leader`, { json: lease }, refusal(404, "NotFound", "not found"));
  expect(await store.get(signal)).toEqual({ ...record, resourceVersion: "7" });
  expect(await store.get(signal)).toBeUndefined();
});

test("reads a lease in which nobody wrote anything as one that is free", async () => {
  const { server, store, signal } = await leaseWorld();
  server.on(`GET ${leases}/leader`, { json: { metadata: { resourceVersion: "7" }, spec: { holderIdentity: null } } });
  expect(await store.get(signal)).toMatchObject({ holderIdentity: "", renewedAt: 0, transitions: 0 });
});

test("creates a lease, which is a conflict when another was faster", async () => {
  const { server, store, signal } = await leaseWorld();
  server.on(`POST ${leases}`, { json: lease }, refusal(409, "AlreadyExists", "it exists"));
  expect(await store.create(record, signal)).toEqual({ ...record, resourceVersion: "7" });
  expect(server.last.body).toEqual({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: "operators", name: "leader" },
    spec,
  });
  expect(await errorOf(store.create(record, signal))).toMatchObject({ reason: "Conflict" });
});

test("does not take a missing namespace for a missing lease", async () => {
  const { server, store, signal } = await leaseWorld();
  server.on(`POST ${leases}`, refusal(404, "NotFound", 'namespaces "operators" not found'));
  expect(await errorOf(store.create(record, signal))).toMatchObject({
    reason: "Invalid",
    message: expect.stringContaining('namespaces "operators" not found'),
  });
});

test("renews a lease on the version that was read, and leaves to others what is theirs", async () => {
  const { server, store, signal } = await leaseWorld();
  const replies = [
    { json: { ...lease, metadata: { resourceVersion: "8" } } },
    refusal(409, "Conflict", "it has been modified"),
    refusal(404, "NotFound", "not found"),
  ];
  server.on(`PATCH ${leases}/leader`, ...replies);
  const seen = { ...record, resourceVersion: "7" };
  expect(await store.update(seen, record, signal)).toMatchObject({ resourceVersion: "8" });
  expect([server.last.headers["content-type"], server.last.body]).toEqual([
    "application/merge-patch+json",
    { metadata: { resourceVersion: "7" }, spec },
  ]);
  expect(await errorOf(store.update(seen, record, signal))).toMatchObject({ reason: "Conflict" });
  expect(await errorOf(store.update(seen, record, signal))).toMatchObject({ reason: "NotFound" });
});

test.each([
  ["2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z"],
  ["2026-12-31T23:59:59.999999Z", "2026-12-31T23:59:59.999999Z"],
  ["2026-06-15T12:00:00.000001Z", "2026-06-15T12:00:00.000001Z"],
  ["2254-06-15T12:00:00.123457Z", "2254-06-15T12:00:00.123457Z"],
  ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000Z"],
  ["2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.500000Z"],
  ["2026-01-01T02:00:00.25+02:00", "2026-01-01T00:00:00.250000Z"],
  ["1969-12-31T23:59:59.250000Z", "1969-12-31T23:59:59.250000Z"],
])("keeps the microseconds of %s", (text, same) => {
  expect(microTime(fromMicroTime(text))).toBe(same);
});

test("takes nothing for a time that is none", () => {
  expect(() => fromMicroTime("yesterday")).toThrow('"yesterday" is not a time');
});
