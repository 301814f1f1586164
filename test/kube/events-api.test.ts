import { describe, expect, test } from "vitest";
import { shortened } from "../../src/kube/events-api.ts";
import type { RecordedEvent } from "../../src/runtime/store.ts";
import { refusal } from "./fake-api-server.ts";
import { errorOf, widgetKind, world } from "./world.ts";

const events = "/apis/events.k8s.io/v1/namespaces/team-a/events";
const event: RecordedEvent = {
  type: "Normal",
  reason: "Created",
  note: "the widget is made",
  action: "Create",
  regarding: { kind: widgetKind, namespace: "team-a", name: "w", uid: "uid-w" },
  name: "w.0123456789abcdef",
  firstAt: Date.UTC(2026, 0, 1, 0, 0, 0, 7),
  lastAt: Date.UTC(2026, 0, 1, 0, 0, 9),
  count: 1,
};
const repeated: RecordedEvent = { ...event, count: 3 };
const series = { count: 3, lastObservedTime: "2026-01-01T00:00:09.000000Z" };

describe("an event", () => {
  test("is created when it is the first of its series", async () => {
    const { server, store, signal } = await world();
    server.on(`POST ${events}`, { status: 201, json: {} });
    await store.recordEvent(event, signal);
    expect(server.last.body).toEqual({
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: "w.0123456789abcdef", namespace: "team-a" },
      eventTime: "2026-01-01T00:00:00.007000Z",
      reportingController: "test.dev/operator",
      reportingInstance: "pod-1",
      type: "Normal",
      reason: "Created",
      action: "Create",
      note: "the widget is made",
      regarding: { apiVersion: "test.dev/v1", kind: "Widget", namespace: "team-a", name: "w", uid: "uid-w" },
    });
  });

  test("that is repeated changes nothing but its series", async () => {
    const { server, store, signal } = await world();
    server.on(`PATCH ${events}/w.0123456789abcdef`, { json: {} });
    await store.recordEvent(repeated, signal);
    expect([server.requests.length, server.last.body]).toEqual([1, { series }]);
  });

  test("that is repeated and forgotten by the server is created with its series", async () => {
    const { server, store, signal } = await world();
    server.on(`PATCH ${events}/w.0123456789abcdef`, refusal(404, "NotFound", "not found"));
    server.on(`POST ${events}`, { status: 201, json: {} });
    await store.recordEvent(repeated, signal);
    expect(server.last.body).toMatchObject({ eventTime: "2026-01-01T00:00:00.007000Z", series });
  });

  test.each([
    ["is there already", refusal(409, "AlreadyExists", "it exists")],
    [
      "belongs to a namespace that is going",
      refusal(403, "Forbidden", "being terminated", { causes: [{ reason: "NamespaceTerminating" }] }),
    ],
  ])("is done with when it %s", async (_what, reply) => {
    const { server, store, signal } = await world();
    server.on(`POST ${events}`, reply);
    await store.recordEvent(event, signal);
    expect(server.requests).toHaveLength(1);
  });

  test("fails when RBAC does not allow it", async () => {
    const { server, store, signal } = await world();
    server.on(`POST ${events}`, refusal(403, "Forbidden", "no"));
    expect(await errorOf(store.recordEvent(event, signal))).toMatchObject({
      reason: "Forbidden",
      message: "not allowed to create events.events.k8s.io in namespace team-a: no",
    });
  });

  test("has a note that the server takes", async () => {
    const { server, store, signal } = await world();
    server.on(`POST ${events}`, { status: 201, json: {} });
    await store.recordEvent({ ...event, note: "ä".repeat(1000) }, signal);
    const { note } = server.last.body as { note: string };
    expect([Buffer.byteLength(note), note.slice(-2)]).toEqual([1023, "ä…"]);
  });
});

test.each([
  ["short", 10, "short"],
  ["exactly 10", 10, "exactly 10"],
  ["eleven text", 10, "eleven …"],
  ["🂡🂢🂣", 11, "🂡🂢…"],
  ["🂡🂢🂣", 10, "🂡…"],
])("%s in %i bytes is %s", (text, bytes, short) => {
  expect(shortened(text, bytes)).toBe(short);
});
