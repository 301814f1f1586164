import { expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/object.ts";
import { referencesOf } from "../../../src/api/references.ts";
import { JobQueueKind, kinds } from "../../../src/api/v1alpha1/kinds.ts";
import { weightOf } from "../../../src/api/weight.ts";
import { stubOf } from "../../../src/controllers/references/stub.ts";
import { celExamples } from "../../api/cel-examples/index.ts";

const long = "x".repeat(20_000);
const selected = new Set(["shard"]);

function object(kind: string, spec: unknown, more: Partial<KubeObject["metadata"]> = {}): KubeObject {
  return {
    apiVersion: "awsbatch.dev/v1alpha1",
    kind,
    metadata: {
      name: "o",
      namespace: "team",
      uid: "uid-1",
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...more,
    },
    spec,
    status: { arn: "arn", conditions: [{ type: "Ready", status: "True", reason: "Available", message: "Available" }] },
  };
}

test.each(kinds)("a stub of a $kind refers to what the object refers to", (kind) => {
  for (const { accepted } of celExamples.filter((example) => example.kind === kind.kind)) {
    const whole = object(kind.kind, accepted);
    const stub = stubOf(kind, selected)(whole);
    const referred = (spec: unknown) => referencesOf(kind, { namespace: "team", spec }).map(({ to, key }) => [to, key]);
    expect(referred(stub.spec)).toEqual(referred(accepted));
    expect([stub.isDigest, stub.isStub]).toEqual([true, true]);
  }
});

test.each(kinds)("a stub of a $kind is light, whatever is large in the object", (kind) => {
  const names = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`awsbatch.dev/n${at}`, "v".repeat(60)]));
  const fields = new Set(
    celExamples.filter((one) => one.kind === kind.kind).flatMap(({ accepted }) => Object.keys(accepted)),
  );
  const texts = Array.from({ length: 200 }, () => ({ name: "n".repeat(50), value: long }));
  const spec = Object.fromEntries([...fields].map((field) => [field, texts]));
  const conditions = Array.from({ length: 8 }, () => ({ type: "Ready", status: "True", reason: "R", message: long }));
  const finalizers = Object.keys(names);
  const whole = {
    ...object(kind.kind, spec, { labels: names, annotations: names, finalizers }),
    status: { conditions },
  };
  expect(weightOf(stubOf(kind, selected)(whole))).toBeLessThanOrEqual(9 * 1024);
});

test("a stub keeps the labels that decide who reconciles the object, and annotations that hold it", () => {
  const labels = { shard: "a", ...Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`l${at}`, "v"])) };
  const annotations = { "awsbatch.dev/paused": "true", "example.com/a": "b", "awsbatch.dev/approve": long };
  const { metadata } = stubOf(JobQueueKind, selected)(object(JobQueueKind.kind, {}, { labels, annotations }));
  expect([metadata.labels, metadata.annotations]).toEqual([{ shard: "a" }, { "awsbatch.dev/paused": "true" }]);
});
