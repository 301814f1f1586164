import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";
import { conditionTypesOf } from "../../src/api/condition-types.ts";
import { reasonsOf, worded } from "../../src/api/reasons.ts";
import { BatchJobKind, kinds } from "../../src/api/v1alpha1/kinds.ts";

const src = fileURLToPath(new URL("../../src/", import.meta.url));

describe.each(kinds)("the reasons of a $kind", (kind) => {
  const entries = reasonsOf(kind.kind);

  it("are in each place once", () => {
    const places = entries.map(({ place, reason }) => `${place} ${reason}`);
    expect(places.filter((one, index) => places.indexOf(one) !== index)).toEqual([]);
  });

  it("are in its conditions, events and plans alone, and each of its conditions has some", () => {
    const places = new Set<string>(entries.map(({ place }) => place));
    expect([...places].toSorted()).toEqual([...conditionTypesOf(kind), "refusal", "event", "plan"].toSorted());
  });

  it("ask nobody to correct a spec that cannot be changed", () => {
    const todos = entries.map((entry) => worded(entry, kind).todo ?? "");
    const correcting = todos.filter((todo) => /correct (the|it\b)|refer to another|^use another/.test(todo));
    if (kind === BatchJobKind) expect(correcting).toEqual([]);
    else expect(correcting).not.toEqual([]);
  });

  it("mean something, in one line", () => {
    const lines = entries.flatMap(({ means, todo = "-", todoIfFixed = "-" }) => [means, todo, todoIfFixed]);
    expect(lines.filter((line) => line.trim() === "" || line.includes("\n"))).toEqual([]);
  });
});

test("the source can give each reason of the registry", () => {
  const files = globSync("{controllers,diagnosis,network}/**/*.ts", { cwd: src });
  const words = new Set(
    files.flatMap((file) => [...readFileSync(src + file, "utf8").matchAll(/"([A-Z]\w+)"/g)].map(([, word]) => word)),
  );
  const registered = new Set<string>(kinds.flatMap(({ kind }) => reasonsOf(kind)).map(({ reason }) => reason));
  // The schema gives it to new objects.
  expect([...registered].filter((reason) => !words.has(reason))).toEqual(["Pending"]);
});
