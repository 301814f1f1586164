import { expect, test } from "vitest";
import { BatchComputeEnvironmentKind } from "../../../src/api/v1alpha1/kinds.ts";
import type { ApiRequest, KubeApi } from "../../../src/kube/api.ts";
import { ClusterEvents } from "../../../src/page/server/cluster-events.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { StoreError } from "../../../src/runtime/store.ts";
import { anEnvironment } from "./objects.ts";

const { signal } = new AbortController();

/** Events as a cluster answers them. @param answer to each request, or what it fails with */
function events(answer: (request: ApiRequest) => object | Error, namespaces?: readonly string[]) {
  const asked: ApiRequest[] = [];
  const clock = new VirtualClock();
  const api: Pick<KubeApi, "request"> = {
    request: async (request) => {
      asked.push(request);
      const answered = answer(request);
      if (answered instanceof Error) throw answered;
      return answered;
    },
  };
  return { asked, clock, events: new ClusterEvents(api as KubeApi, namespaces, clock) };
}

const event = (name: string, note: string) => ({
  type: "Normal",
  reason: "Created",
  note,
  eventTime: "2030-01-01T00:00:00.000000Z",
  regarding: { kind: "BatchComputeEnvironment", namespace: "team", name },
});

test("the events of a kind are read page by page, and are listed by object", async () => {
  const pages = [
    { items: [event("a", "one"), event("b", "two")], metadata: { continue: "next" } },
    {
      items: [{ ...event("a", "three"), series: { count: 4, lastObservedTime: "2030-01-01T00:01:00Z" } }],
      metadata: {},
    },
  ];
  const { asked, events: read } = events(() => pages.shift() ?? {});
  const answer = await read.ofKind(BatchComputeEnvironmentKind, signal);
  const lines =
    "data" in answer ? [...answer.data].map(([id, all]) => [id, all.map(({ at, note }) => `${at} ${note}`)]) : [];
  expect(lines).toEqual([
    ["BatchComputeEnvironment/team/a", ["2030-01-01T00:00:00.000000Z one", "2030-01-01T00:01:00Z three"]],
    ["BatchComputeEnvironment/team/b", ["2030-01-01T00:00:00.000000Z two"]],
  ]);
  expect(asked.map(({ path, query }) => [path, query?.["fieldSelector"], query?.["continue"]])).toEqual([
    ["/apis/events.k8s.io/v1/events", "regarding.kind=BatchComputeEnvironment", undefined],
    ["/apis/events.k8s.io/v1/events", "regarding.kind=BatchComputeEnvironment", "next"],
  ]);
});

test("with some namespaces only theirs are read, and a cluster without an end is not read to its end", async () => {
  const { asked, events: read } = events(() => ({ metadata: { continue: "more" } }), ["one", "two"]);
  await read.ofKind(BatchComputeEnvironmentKind, signal);
  expect(asked).toHaveLength(20);
  expect(new Set(asked.map(({ path }) => path))).toEqual(
    new Set(["/apis/events.k8s.io/v1/namespaces/one/events", "/apis/events.k8s.io/v1/namespaces/two/events"]),
  );
});

test("events that may not be read are a sentence", async () => {
  const { events: read } = events(() => new StoreError("Forbidden", "cannot list events"));
  expect(await read.ofKind(BatchComputeEnvironmentKind, signal)).toEqual({
    problem: "Events cannot be read: cannot list events",
  });
  expect(await read.of(anEnvironment("a"), signal)).toEqual({ lines: [], problem: "cannot list events" });
});

test("the events of an open object are read again after five seconds", async () => {
  const { asked, clock, events: read } = events(() => ({ items: [event("a", "one")] }));
  const object = anEnvironment("a");
  expect(await read.of(object, signal)).toMatchObject({ lines: [{ note: "one" }] });
  await read.of(object, signal);
  expect(asked).toHaveLength(1);
  await clock.advance(5000);
  await read.of(object, signal);
  expect(asked).toHaveLength(2);
});
