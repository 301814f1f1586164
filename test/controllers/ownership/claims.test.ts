import { describe, expect, it } from "vitest";
import { keyText, type ObjectMeta } from "../../../src/api/object.ts";
import { dryRunAnnotation, nameAnnotations, pausedAnnotation } from "../../../src/api/v1alpha1/annotations.ts";
import type { JobQueue } from "../../../src/api/v1alpha1/job-queue.ts";
import { JobQueueKind } from "../../../src/api/v1alpha1/kinds.ts";
import { claimantOf, rivalsOf } from "../../../src/controllers/ownership/claims.ts";
import { object, settings } from "../kinds/job-queue/given.ts";
import { objectsOf } from "../region.ts";

const claim = (uid: string, metadata: Partial<ObjectMeta>, spec: object = {}): JobQueue => {
  const whole = object({ jobQueueName: "shared", ...spec });
  return { ...whole, metadata: { ...whole.metadata, uid, ...metadata } };
};
const signal = new AbortController().signal;
/** Namespaces that may have names of others. */
const annotations = Object.fromEntries(
  ["mallory", "tea"].map((namespace) => [namespace, { [nameAnnotations.allowed]: "team_*" }]),
);
const own = claim("own", { name: "m", creationTimestamp: "2026-01-02T00:00:00Z" });

/** @param held whether AWS has something with the tags of the other one */
async function beforeOwn(other: JobQueue, one = own, held = false): Promise<string | undefined> {
  const reads = { objects: objectsOf([one, other], {}, annotations), settings };
  const hasResource = (claimant: JobQueue): boolean => claimant === other && held;
  const rivals = rivalsOf(one, JobQueueKind, reads);
  const first = await claimantOf(one, rivals, { kind: JobQueueKind, hasResource }, reads, signal);
  return first === undefined ? undefined : keyText(first.metadata);
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
])("the owner of a name that two claim %s", async (_name, other, expected) => {
  expect(await beforeOwn(other)).toBe(expected);
});

describe("an older claim that will create nothing", () => {
  const older = (change: Partial<ObjectMeta>): JobQueue =>
    claim("o", { name: "z", creationTimestamp: "2026-01-01T00:00:00Z", ...change });
  const held: readonly (readonly [string, Partial<ObjectMeta>])[] = [
    ["paused", { annotations: { [pausedAnnotation]: "true" } }],
    ["a dry run", { annotations: { [dryRunAnnotation]: "true" } }],
    ["being deleted", { deletionTimestamp: "2026-01-04T00:00:00Z" }],
  ];

  it.each(held)("because it is %s has no name, and keeps none from others", async (_what, change) => {
    expect(await beforeOwn(older(change))).toBeUndefined();
    expect(await beforeOwn(own, older(change))).toBe("team/m");
  });

  it.each(held)("although it is %s has its name while AWS has something of it", async (_what, change) => {
    expect(await beforeOwn(older(change), own, true)).toBe("team/z");
  });
});

describe("a name that begins with the name of a namespace", () => {
  const at = (namespace: string, creationTimestamp: string): JobQueue =>
    claim(namespace, { namespace, name: "q", creationTimestamp }, { jobQueueName: "team_q" });
  const [squatter, owner] = [at("mallory", "2020-01-01T00:00:00Z"), at("team", "2026-01-02T00:00:00Z")];

  it("belongs to an object there before all others, however old they are and whatever they have in AWS", async () => {
    expect(await beforeOwn(squatter, owner, true)).toBeUndefined();
    expect(await beforeOwn(owner, squatter)).toBe("team/q");
  });

  it("is not kept by the oldest claim of a namespace that may not have it", async () => {
    const shared = (namespace: string, creationTimestamp: string): JobQueue =>
      claim(namespace, { namespace, name: "q", creationTimestamp }, { jobQueueName: "team_shared" });
    const allowed = shared("mallory", "2026-01-01T00:00:00Z");
    expect(await beforeOwn(shared("x", "2020-01-01T00:00:00Z"), allowed)).toBeUndefined();
    expect(await beforeOwn(shared("tea", "2020-01-01T00:00:00Z"), allowed)).toBe("tea/q");
  });

  it("does not belong to a namespace whose name only begins the same", async () => {
    expect(await beforeOwn(at("tea", "2020-01-01T00:00:00Z"), owner)).toBeUndefined();
  });
});

describe("5,000 objects that claim one name", () => {
  const count = 5000;
  const claims = (namespace: string): readonly JobQueue[] =>
    Array.from({ length: count }, (_, index) => claim(`o${index}`, { name: `o${index}`, namespace }));

  it("cost one read of their namespace", async () => {
    const all = [own, ...claims("mallory")].map((one) => ({ ...one, spec: { ...one.spec, jobQueueName: "team_q" } }));
    const objects = objectsOf(all);
    const read: string[] = [];
    const reads = {
      settings,
      objects: {
        ...objects,
        namespace: async (name: string) => {
          read.push(name);
          return await objects.namespace(name, signal);
        },
      },
    };
    const rivals = rivalsOf(all[0] as JobQueue, JobQueueKind, reads);
    expect(rivals).toHaveLength(count);
    const kind = { kind: JobQueueKind, hasResource: () => false };
    expect(await claimantOf(all[0] as JobQueue, rivals, kind, reads, signal)).toBeUndefined();
    expect(read).toEqual(["mallory"]);
  });

  it("are found by the name, and no object of another name is read", () => {
    const objects = { ...objectsOf([own, ...claims("team")]), list: () => expect.unreachable() };
    expect(rivalsOf(own, JobQueueKind, { objects, settings })).toHaveLength(count);
  });
});
