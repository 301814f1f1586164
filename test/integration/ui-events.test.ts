import { afterAll, expect, test } from "vitest";
import type { Kind } from "../../src/api/object.ts";
import { BatchComputeEnvironmentKind, JobQueueKind } from "../../src/api/v1alpha1/kinds.ts";
import { eventBody } from "../../src/kube/events-api.ts";
import { apiServer } from "../../src/operator/kubernetes.ts";
import { ClusterEvents } from "../../src/page/server/cluster-events.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { describeOnCluster } from "./control-plane/shared.ts";

const clock = systemClock();
const { signal } = new AbortController();

describeOnCluster("the events that the page asks for", (cluster) => {
  const server = apiServer(cluster.access.kubeconfig, {}, { clock, onAnswer: undefined });
  afterAll(() => server.close());

  test("are those of the objects of one kind", async () => {
    const namespace = await cluster.newNamespace("events");
    for (const [kind, name] of [
      [BatchComputeEnvironmentKind, "a"],
      [BatchComputeEnvironmentKind, "b"],
      [JobQueueKind, "q"],
    ] as const satisfies readonly (readonly [Kind, string])[]) {
      const body = eventBody(
        {
          name: `event-${name}`,
          regarding: { kind, namespace, name, uid: name },
          firstAt: clock.now(),
          lastAt: clock.now(),
          count: 1,
          type: "Normal",
          reason: "Created",
          action: "Create",
          note: `creating ${name}`,
        },
        { controller: "awsbatch.dev/test", instance: "test" },
      );
      const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
      expect((await cluster.request("POST", path, { body })).status).toBe(201);
    }
    for (const namespaces of [undefined, [namespace]]) {
      const events = new ClusterEvents(server.api, namespaces, clock);
      const answer = await events.ofKind(BatchComputeEnvironmentKind, signal);
      const here = "data" in answer ? [...answer.data].filter(([id]) => id.includes(`/${namespace}/`)) : [];
      const said = here.map(([id, lines]) => `${id}: ${lines.map(({ note }) => note).join()}`);
      expect(said.toSorted()).toEqual([
        `BatchComputeEnvironment/${namespace}/a: creating a`,
        `BatchComputeEnvironment/${namespace}/b: creating b`,
      ]);
    }
  });
});
