import { describe, expect, it, test } from "vitest";
import type {
  BatchComputeEnvironment,
  BatchComputeEnvironmentSpec,
} from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import type { Environment } from "../../../../src/aws/batch.ts";
import {
  availableSince,
  type EffectiveSpec,
  type ImageUpdate,
  imageApproval,
  imageCheck,
  newerImage,
  withImageUpdate,
} from "../../../../src/controllers/kinds/compute-environment/image-updates.ts";

type ImageUpdates = BatchComputeEnvironmentSpec["imageUpdates"];

const now = Date.parse("2026-12-03T12:00:00Z");
const since = "2026-12-01T12:00:00Z";
const outdated = {
  computeEnvironmentName: "team_ce-1",
  computeResources: {
    ec2Configuration: [
      { imageType: "ECS_AL2023", batchImageStatus: "UPDATE_AVAILABLE" },
      { imageType: "ECS_AL2023_NVIDIA", batchImageStatus: "LATEST" },
    ],
  },
} as Environment;
const fresh = {
  computeEnvironmentName: "team_ce-2",
  computeResources: { ec2Configuration: [{ imageType: "ECS_AL2023", batchImageStatus: "LATEST" }] },
} as Environment;

const objectWith = (
  imageUpdates: ImageUpdates,
  given: { readonly since?: string | undefined; readonly approved?: string } = { since },
): BatchComputeEnvironment =>
  ({
    metadata: {
      name: "ce",
      annotations: given.approved === undefined ? {} : { "awsbatch.dev/approve": given.approved },
    },
    spec: { type: "MANAGED", imageUpdates },
    status: given.since === undefined ? {} : { updateAvailableSince: given.since },
  }) as never;
const updateOf = (object: BatchComputeEnvironment): ImageUpdate | undefined =>
  (withImageUpdate(object, now).spec as EffectiveSpec).imageUpdate;

const saturday = { schedule: "0 2 * * SAT", timeZone: "Europe/Berlin", durationMinutes: 240 };
const thursday = { schedule: "0 11 * * THU", durationMinutes: 120 };

describe("a newer image", () => {
  it.each<
    [string, ImageUpdates, { readonly since?: string | undefined; readonly approved?: string }, ImageUpdate | undefined]
  >([
    ["is only reported by default", undefined, { since }, { kind: "reported" }],
    [
      "is only reported under Report, whatever else is set",
      { policy: "Report", windows: [thursday] },
      { since },
      { kind: "reported" },
    ],
    ["is due at once without limits", { policy: "Automatic" }, { since }, { kind: "due" }],
    ["is due at once when nobody has seen it before", { policy: "Automatic" }, {}, { kind: "due" }],
    [
      "is due when it is as old as it is to be",
      { policy: "Automatic", minAgeSeconds: 172_800 },
      { since },
      { kind: "due" },
    ],
    [
      "is too new a second before",
      { policy: "Automatic", minAgeSeconds: 172_801 },
      { since },
      { kind: "tooNew", atMs: now + 1000 },
    ],
    [
      "is too new when nobody has seen it before",
      { policy: "Automatic", minAgeSeconds: 60 },
      {},
      { kind: "tooNew", atMs: now + 60_000 },
    ],
    [
      "waits for its window",
      { policy: "Automatic", windows: [saturday] },
      { since },
      { kind: "window", atMs: Date.parse("2026-12-05T01:00:00Z") },
    ],
    ["is due in its window", { policy: "Automatic", windows: [saturday, thursday] }, { since }, { kind: "due" }],
    [
      "waits for approval before its window opens",
      { policy: "Automatic", approval: true, windows: [saturday] },
      { since },
      { kind: "approval", value: `Images@${since}` },
    ],
    [
      "waits for its window once it is approved",
      { policy: "Automatic", approval: true, windows: [saturday] },
      { since, approved: `Images@${since}` },
      { kind: "window", atMs: Date.parse("2026-12-05T01:00:00Z") },
    ],
    [
      "is due once it is approved",
      { policy: "Automatic", approval: true },
      { since, approved: `Images@${since}` },
      { kind: "due" },
    ],
    [
      "is not approved by the approval of an earlier one",
      { policy: "Automatic", approval: true },
      { since, approved: "Images@2026-11-01T12:00:00Z" },
      { kind: "approval", value: `Images@${since}`, given: "Images@2026-11-01T12:00:00Z" },
    ],
    [
      "asks for the approval of the moment at which it is seen first",
      { policy: "Automatic", approval: true },
      {},
      { kind: "approval", value: "Images@2026-12-03T12:00:00Z" },
    ],
  ])("%s", (_name, imageUpdates, given, expected) => {
    expect(updateOf(objectWith(imageUpdates, given))).toEqual(expected);
  });

  it("is never taken in a window that is shorter than the update", () => {
    const object = objectWith({ policy: "Automatic", windows: [{ ...saturday, durationMinutes: 30 }] });
    const inPlace = { ...object, spec: { ...object.spec, updatePolicy: {} } };
    expect(updateOf(inPlace)).toEqual({ kind: "neverFits", minutes: 45 });
  });

  it("is not taken while one window is invalid", () => {
    const object = objectWith({ policy: "Automatic", windows: [thursday, { ...saturday, timeZone: "Mars/Base" }] });
    expect(updateOf(object)).toMatchObject({
      kind: "invalidWindow",
      index: 1,
      fault: expect.stringContaining("Mars/Base"),
    });
  });
});

test("the moment since when it is known stays, and ends with the image", () => {
  const [known, unknown] = [objectWith(undefined), objectWith(undefined, {})].map(
    (object) => withImageUpdate(object, now + 400).spec,
  );
  expect(availableSince(known as EffectiveSpec, outdated)).toBe(since);
  expect(availableSince(unknown as EffectiveSpec, outdated)).toBe("2026-12-03T12:00:00Z");
  expect(availableSince(known as EffectiveSpec, fresh)).toBeUndefined();
  expect(availableSince(known as EffectiveSpec, undefined)).toBeUndefined();
});

test.each<[ImageUpdate, number | undefined]>([
  [{ kind: "tooNew", atMs: now + 5000 }, 5000],
  [{ kind: "window", atMs: now + 7000 }, 7000],
  [{ kind: "window", atMs: now - 1 }, 0],
  [{ kind: "due" }, undefined],
])("an update that is %o is checked again in time", (imageUpdate, expected) => {
  expect(imageCheck({ type: "MANAGED", imageUpdate }, outdated, now).checkInMs).toBe(expected);
  expect(imageCheck({ type: "MANAGED", imageUpdate }, fresh, now)).toEqual({});
  expect(imageCheck({ type: "MANAGED", imageUpdate }, undefined, now)).toEqual({});
});

const has = "AWS Batch has a newer image for ECS_AL2023, in computeResources.ec2Configuration of team_ce-1";

test.each<[ImageUpdate | undefined, string, string]>([
  [
    undefined,
    "ImageUpdateAvailable",
    "Its instances keep the image that they have. To replace them, set spec.rolloutToken to a new value; with spec.imageUpdates.policy: Automatic the operator does it whenever there is a newer image",
  ],
  [
    { kind: "tooNew", atMs: now },
    "UpdateScheduled",
    "The operator takes it when it is minAgeSeconds old, from 2026-12-03T12:00:00Z on",
  ],
  [
    { kind: "window", atMs: now },
    "UpdateScheduled",
    "The operator takes it in the window that begins at 2026-12-03T12:00:00Z",
  ],
  [
    { kind: "neverFits", minutes: 45 },
    "UpdateScheduled",
    "No window of spec.imageUpdates is as long as the update needs, which is 45 minutes: set a longer durationMinutes",
  ],
  [{ kind: "approval", value: "Images@x" }, "AwaitingApproval", 'To approve it, set awsbatch.dev/approve: "Images@x"'],
  [
    { kind: "approval", value: "Images@x", given: "yes" },
    "AwaitingApproval",
    'To approve it, set awsbatch.dev/approve: "Images@x" (it has another value now)',
  ],
  [{ kind: "due" }, "UpdateScheduled", "The operator takes it now"],
])("the condition of %o says what becomes of it", (imageUpdate, reason, what) => {
  const spec: EffectiveSpec = { type: "MANAGED", ...(imageUpdate === undefined ? {} : { imageUpdate }) };
  expect(newerImage(spec, outdated)).toEqual([
    { type: "UpdateAvailable", status: "True", reason, message: `${has}. ${what}` },
  ]);
  expect(newerImage(spec, fresh)).toEqual([]);
  expect(newerImage(spec, undefined)).toEqual([]);
});

test("an invalid window is reported before there is a newer image, and with it", () => {
  const spec: EffectiveSpec = {
    type: "MANAGED",
    imageUpdate: { kind: "invalidWindow", index: 1, fault: "no such zone" },
  };
  const message =
    "spec.imageUpdates.windows[1] is not understood, so the operator takes nothing newer: no such zone. Correct it";
  expect(newerImage(spec, fresh)).toEqual([
    { type: "UpdateAvailable", status: "Unknown", reason: "InvalidWindow", message },
  ]);
  expect(newerImage(spec, undefined)).toEqual([
    { type: "UpdateAvailable", status: "Unknown", reason: "InvalidWindow", message },
  ]);
  expect(newerImage(spec, outdated)).toEqual([
    { type: "UpdateAvailable", status: "True", reason: "InvalidWindow", message: `${has}. ${message}` },
  ]);
});

test("a person is asked only for what waits for approval", () => {
  const asked: EffectiveSpec = { type: "MANAGED", imageUpdate: { kind: "approval", value: "Images@x" } };
  expect(imageApproval(asked, outdated)).toMatchObject({
    kind: "wait",
    reason: "AwaitingApproval",
    until: { kind: "approval", value: "Images@x" },
    conditions: [{ type: "UpdateAvailable", status: "True" }],
  });
  expect(imageApproval(asked, fresh)).toBeUndefined();
  expect(imageApproval(asked, undefined)).toBeUndefined();
  expect(imageApproval({ ...asked, imageUpdate: { kind: "due" } }, outdated)).toBeUndefined();
});

describe("a newer version of the launch template", () => {
  const launchTemplate = { launchTemplateName: "batch" };
  const at = (version: string | undefined, status = "LATEST"): Environment =>
    ({
      computeEnvironmentName: "team_ce-1",
      computeResources: { launchTemplate, ec2Configuration: [{ imageType: "ECS_AL2023", batchImageStatus: status }] },
      tags: version === undefined ? {} : { "awsbatch.dev/rollout-token": `template:${version}@` },
    }) as Environment;
  const seen = (imageUpdates: ImageUpdates, given: Parameters<typeof objectWith>[1] = { since }): EffectiveSpec => {
    const { spec, ...object } = objectWith(imageUpdates, given);
    const whole = { ...object, spec: { ...spec, computeResources: { launchTemplate } } } as BatchComputeEnvironment;
    return withImageUpdate(whole, now, { version: "8", checkInMs: 9000 }).spec as EffectiveSpec;
  };
  const condition = (spec: EffectiveSpec, environment: Environment) =>
    newerImage(spec, environment).map(({ status, reason, message }) => `${status} ${reason}: ${message}`);
  const newer = "The launch template of team_ce-1 is at version 8 now, and its instances have";

  it("is only reported by default, and since when", () => {
    const spec = seen(undefined);
    expect(spec.templateVersion).toBeUndefined();
    expect(condition(spec, at("7"))).toEqual([
      `True TemplateUpdateAvailable: ${newer} version 7. They keep it. To replace them, set spec.rolloutToken to a new value; with spec.imageUpdates.launchTemplateVersions: Follow the operator does it whenever there is a newer version`,
    ]);
    expect(availableSince(spec, at("7"))).toBe(since);
  });

  it.each([
    ["the same version", at("8")],
    ["a newer version, as when $Default was set back", at("9")],
    ["a version that nobody has noted", at(undefined)],
  ])("is not reported by default of %s", (_name, environment) => {
    expect(newerImage(seen(undefined), environment)).toEqual([]);
  });

  it("is due under Follow, whatever becomes of images", () => {
    const spec = seen({ launchTemplateVersions: "Follow" });
    expect(spec).toMatchObject({ templateVersion: "8", imageUpdate: { kind: "reported" } });
    expect(condition(spec, at("7"))).toEqual([`True UpdateScheduled: ${newer} version 7. The operator takes it now`]);
    expect(condition(spec, at(undefined))[0]).toContain(`${newer} a version that is not known`);
  });

  it("is reported with a newer image: each with what becomes of it, and once where that is the same", () => {
    const both = at("7", "UPDATE_AVAILABLE");
    const [different] = condition(seen({ launchTemplateVersions: "Follow" }), both);
    expect(different).toMatch(
      /^True UpdateScheduled: AWS Batch has .*Automatic the operator.* The operator takes it now$/,
    );
    const [same] = condition(seen({ policy: "Automatic", launchTemplateVersions: "Follow" }), both);
    expect(same).toMatch(/team_ce-1. The launch template .* version 7. The operator takes it now$/);
  });

  it("is approved with its number", () => {
    const approval = `Images@${since}/template:8`;
    const spec = seen({ launchTemplateVersions: "Follow", approval: true });
    expect(spec.templateVersion).toBeUndefined();
    expect(imageApproval(spec, at("7"))?.until).toEqual({ kind: "approval", value: approval });
    const approved = seen({ launchTemplateVersions: "Follow", approval: true }, { since, approved: approval });
    expect(approved.templateVersion).toBe("8");
  });

  it("is read again in time, also while nothing is newer", () => {
    expect(imageCheck(seen(undefined), at("8"), now)).toEqual({ checkInMs: 9000 });
  });

  it("that is not known is reported to whoever follows it", () => {
    const templates = { version: undefined, why: "denied", checkInMs: 1 };
    const message = "The versions of the launch template are not known, so none is followed: denied";
    const spec: EffectiveSpec = { ...seen({ launchTemplateVersions: "Follow" }), templates };
    expect(condition(spec, at("7"))).toEqual([`Unknown LaunchTemplateUnread: ${message}`]);
    expect(condition({ ...seen(undefined), templates }, at("7"))).toEqual([]);
    const unanswered = { version: undefined, checkInMs: 1 };
    expect(condition({ ...spec, templates: unanswered }, at("7"))).toEqual([]);
  });

  it("is not taken while a window is invalid", () => {
    const windows = [{ schedule: "0 2 * * SAT", timeZone: "Mars/Base", durationMinutes: 240 }];
    const spec = seen({ launchTemplateVersions: "Follow", windows });
    expect(condition(spec, at("7"))[0]).toMatch(/^True InvalidWindow: The launch template .*Mars\/Base/);
  });
});
