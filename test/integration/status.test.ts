import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/object.ts";
import { JobDefinitionKind } from "../../src/api/v1alpha1/kinds.ts";
import { type ApiRequest, KubeApi } from "../../src/kube/api.ts";
import type { KubeStore } from "../../src/kube/client.ts";
import { loadKubeConfig } from "../../src/kube/config.ts";
import type { Connection } from "../../src/kube/connection.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { jsonEqual } from "../../src/runtime/json-equal.ts";
import { connectionTo, storeOn } from "../kube/world.ts";
import { describeOnCluster } from "./control-plane/shared.ts";

/** The real client, with a note of what is sent. */
class CountingApi extends KubeApi {
  readonly contentTypes: (string | undefined)[] = [];

  override request(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    if (request.method === "PATCH") this.contentTypes.push(request.contentType);
    return super.request(request, signal);
  }
}

const image = "alpine:3";
const spec = {
  type: "container",
  containerProperties: {
    image,
    resourceRequirements: [
      { type: "VCPU", value: "1" },
      { type: "MEMORY", value: "1024" },
    ],
  },
};

function condition(type: string, status: string) {
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  return { type, status, reason: "X", message: "m", lastTransitionTime, observedGeneration: 1 };
}

const stalled = {
  observedGeneration: 1,
  plan: { id: "p1", action: "Register", reason: "the image changed", changes: [] },
  conditions: [condition("Ready", "False"), condition("Stalled", "True"), condition("Reconciling", "True")],
};
const ready = {
  observedGeneration: 1,
  name: "team_hello",
  revision: 2,
  revisions: [
    {
      revision: 2,
      arn: "arn:aws:batch:eu-west-1:123456789012:job-definition/team_hello:2",
      registeredAt: "2026-01-01T00:00:00Z",
    },
    {
      revision: 1,
      arn: "arn:aws:batch:eu-west-1:123456789012:job-definition/team_hello:1",
      registeredAt: "2026-01-01T00:00:00Z",
    },
  ],
  plan: { id: "p2", action: "None", reason: "AWS has what is desired", changes: [] },
  conditions: [condition("Ready", "True"), condition("Synced", "True")],
};

describeOnCluster("the status of an object", (cluster) => {
  const { signal } = new AbortController();
  const apply = "application/apply-patch+yaml";
  let connection: Connection;
  let api: CountingApi;
  let store: KubeStore;
  let namespace = "";
  beforeAll(async () => {
    const clock = systemClock();
    const { kubeconfig } = cluster.access;
    connection = connectionTo(() => loadKubeConfig({ kubeconfig }), clock);
    api = new CountingApi({ connection, clock, onAnswer: undefined });
    store = storeOn(api);
    namespace = await cluster.newNamespace("status");
  });
  afterAll(() => connection.close());

  const pathOf = (name: string): string => `/apis/awsbatch.dev/v1alpha1/namespaces/${namespace}/jobdefinitions/${name}`;

  async function made(name: string): Promise<void> {
    const manifest = {
      apiVersion: "awsbatch.dev/v1alpha1",
      kind: "JobDefinition",
      metadata: { name, namespace },
      spec,
    };
    await store.apply(JobDefinitionKind, manifest, { dryRun: false, force: false, fieldManager: "kubectl" }, signal);
  }

  /** What the server has after the operator wrote `status`, and in which requests it did. */
  async function written(name: string, status: unknown): Promise<{ found: unknown; sent: (string | undefined)[] }> {
    const object = (await store.get(JobDefinitionKind, { namespace, name }, signal)) as KubeObject;
    api.contentTypes.length = 0;
    const applied = await store.applyStatus(JobDefinitionKind, object, status, signal);
    const live = await store.get(JobDefinitionKind, { namespace, name }, signal);
    expect(live).toEqual(applied);
    return { found: live?.status, sent: [...api.contentTypes] };
  }

  /** What the operator wrote is all that is there, and stays so with one apply each time. */
  async function isWholeAgain(name: string): Promise<void> {
    const { found, sent } = await written(name, ready);
    expect(found).toEqual(ready);
    expect(jsonEqual(found, ready)).toBe(true);
    expect(sent).toEqual([apply, "application/json-patch+json"]);
    expect((await written(name, { ...ready, revision: 3 })).sent).toEqual([apply]);
    expect((await written(name, stalled)).sent).toEqual([apply]);
  }

  test("is what the operator applied, in one request", async () => {
    await made("plain");
    expect(await written("plain", stalled)).toEqual({ found: stalled, sent: [apply] });
    expect(await written("plain", ready)).toEqual({ found: ready, sent: [apply] });
  });

  test("keeps no old condition after somebody has cleared who manages which field", async () => {
    await made("cleared");
    await written("cleared", stalled);
    const body = { metadata: { managedFields: [{}] } };
    const contentType = "application/merge-patch+json";
    expect(await cluster.request("PATCH", pathOf("cleared"), { contentType, body })).toMatchObject({ status: 200 });
    await isWholeAgain("cleared");
  });

  test("keeps no condition of a backup that was restored", async () => {
    await made("restored");
    const { body } = await cluster.request("GET", pathOf("restored"));
    const restored = { body: { ...(body as object), status: stalled } };
    const path = `${pathOf("restored")}/status?fieldManager=velero-server`;
    expect(await cluster.request("PUT", path, restored)).toMatchObject({ status: 200 });
    await isWholeAgain("restored");
  });

  test("is not replaced at a version that the object no longer has", async () => {
    await made("changed");
    await written("changed", ready);
    const stale = [
      { op: "replace", path: "/metadata/resourceVersion", value: "1" },
      { op: "replace", path: "/status", value: stalled },
    ];
    const contentType = "application/json-patch+json";
    const answer = await cluster.request("PATCH", `${pathOf("changed")}/status`, { contentType, body: stale });
    expect(answer).toMatchObject({ status: 409, body: { reason: "Conflict" } });
  });
});
