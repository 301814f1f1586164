import { expect, it } from "vitest";
import { keyText, type ObjectMeta } from "../../src/api/object.ts";
import type { JobQueue } from "../../src/api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../src/api/v1alpha1/kinds.ts";
import { olderOf, rivalsOf } from "../../src/controllers/claims.ts";
import { queueNameOf } from "../../src/controllers/naming.ts";
import { object, settings } from "./job-queue/given.ts";
import { objectsOf } from "./region.ts";

const claim = (uid: string, metadata: Partial<ObjectMeta>, spec: object = {}): JobQueue => {
  const whole = object({ jobQueueName: "shared", ...spec });
  return { ...whole, metadata: { ...whole.metadata, uid, ...metadata } };
};
const own = claim("own", { name: "m", creationTimestamp: "2026-01-02T00:00:00Z" });

function olderThanOwn(other: JobQueue): string | undefined {
  const rivals = rivalsOf(own, JobQueueKind, queueNameOf, objectsOf([own, other]), settings);
  const older = olderOf(own, rivals);
  return older === undefined ? undefined : keyText(older.metadata);
}

it.each<[string, JobQueue, string | undefined]>([
  ["is an older one", claim("o", { name: "z", creationTimestamp: "2026-01-01T00:00:00Z" }), "team/z"],
  ["is none that is younger", claim("o", { name: "a", creationTimestamp: "2026-01-03T00:00:00Z" }), undefined],
  [
    "is the first in the alphabet of two that are equally old",
    claim("o", { name: "l", creationTimestamp: "2026-01-02T00:00:00Z" }),
    "team/l",
  ],
  [
    "is not the last in the alphabet of two that are equally old",
    claim("o", { name: "n", creationTimestamp: "2026-01-02T00:00:00Z" }),
    undefined,
  ],
  [
    "is none of another name",
    claim("o", { name: "z", creationTimestamp: "2026-01-01T00:00:00Z" }, { jobQueueName: "else" }),
    undefined,
  ],
  [
    "is none in another region",
    claim("o", { name: "z", creationTimestamp: "2026-01-01T00:00:00Z" }, { region: "us-east-1" }),
    undefined,
  ],
  [
    "is one that names the operator's region",
    claim("o", { name: "z", creationTimestamp: "2026-01-01T00:00:00Z" }, { region: "eu-west-1" }),
    "team/z",
  ],
  ["is not the object itself", own, undefined],
  [
    "may be in another namespace",
    claim("o", { name: "z", namespace: "x", creationTimestamp: "2026-01-01T00:00:00Z" }),
    "x/z",
  ],
])("the owner of a name that two claim %s", (_name, other, expected) => {
  expect(olderThanOwn(other)).toBe(expected);
});

it("the owner of a name that is being deleted keeps it", () => {
  const leaving = claim("o", {
    name: "z",
    creationTimestamp: "2026-01-01T00:00:00Z",
    deletionTimestamp: "2026-01-04T00:00:00Z",
  });
  expect(olderThanOwn(leaving)).toBe("team/z");
});
