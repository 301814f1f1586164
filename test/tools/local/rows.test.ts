import { expect, test } from "vitest";
import { changedRows, rowOf } from "../../../src/tools/local/rows.ts";

function row(name: string) {
  const metadata = {
    namespace: "default",
    name,
    uid: name,
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
  return rowOf({ apiVersion: "v1", kind: "JobQueue", metadata, spec: {} }, "present");
}

test("a row that is replaced has changed, and only one without a successor is gone", () => {
  const [same, old, gone, replaced, added] = [row("same"), row("a"), row("b"), row("a"), row("c")];
  expect(changedRows([same, old, gone], [same, replaced, added])).toEqual({
    changed: [replaced, added],
    gone: [gone],
  });
});
