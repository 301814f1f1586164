import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobDefinition, JobDefinitionSpec } from "../../../../src/api/v1alpha1/job-definition.ts";
import type { RevisionSeen } from "../../../../src/aws/region.ts";
import type { Action } from "../../../../src/controllers/kinds/job-definition/action.ts";
import { plan } from "../../../../src/controllers/kinds/job-definition/plan.ts";
import type { Seen } from "../../../../src/controllers/kinds/job-definition/seen.ts";
import {
  clusterUidTag,
  fingerprintTag,
  nameTag,
  ownerTags,
  registeredAtTag,
  retainedFromTag,
  revisionRolesTag,
  uidTag,
} from "../../../../src/controllers/ownership/ownership.ts";
import type { Choice } from "../../../../src/controllers/pass/choose.ts";
import { timestamp } from "../../../../src/controllers/pass/conditions.ts";
import { decided } from "../../decided.ts";
import { mayAdopt } from "../../region.ts";
import { another, days, definition, directives, foreign, identity, minutes, now, observed, ours } from "./seen.ts";

interface Case {
  readonly spec?: Partial<JobDefinitionSpec>;
  readonly revisions: readonly RevisionSeen[];
  readonly seen?: Partial<Seen>;
  /** One line: the step, and what it is about. */
  readonly next: string;
  readonly serving?: boolean;
}

function choiceFor(object: JobDefinition, seen: Seen, at: number): Choice<Action> {
  return decided(plan(object, seen, at), undefined, at);
}

/** The step in one line. */
function stepLine({ spec, revisions, seen }: Omit<Case, "next">): { next: string; serving: boolean; message: string } {
  const { next, serving } = choiceFor(definition(spec), observed(revisions, seen), now);
  const after = "checkInMs" in next && next.checkInMs !== undefined ? ` again in ${next.checkInMs / 1000} s` : "";
  const { message } = next;
  if (next.kind !== "act") return { next: `${next.kind} ${next.reason}${after}`, serving, message };
  const { action } = next;
  switch (action.kind) {
    case "register":
      return { next: `register ${action.name}${later(action.notBefore)}`, serving, message };
    case "deregister":
      return { next: `deregister ${action.names.join(" ")} for ${action.purpose}`, serving, message };
    case "tag":
      return {
        next: `tag ${action.items.map(({ name }) => name).join(" ")} to ${action.purpose}`,
        serving,
        message,
      };
  }
}

function later(at: number | undefined): string {
  return at === undefined ? "" : ` as of ${at - now} ms later`;
}

const different = { fingerprint: another };
const registers = "register team_job";
const adopting = (adoptionPolicy: "IfMatching" | "IfExists"): Partial<Seen> => ({
  directives: { ...directives, adoptionPolicy },
});
const deleting: Partial<Seen> = { directives: { ...directives, deleting: true } };
const retaining: Partial<Seen> = { directives: { ...directives, deleting: true, retain: true } };
const otherCluster = ours(3, days, { tags: { [clusterUidTag]: "c-0" } });
const ofSibling = ours(3, days, { tags: { [nameTag]: "sibling" } });
const sibling = "default/team/sibling";
const retained = foreign(3, { tags: { [retainedFromTag]: "default/team/job" } });
const asDesired = { [fingerprintTag]: observed([]).fingerprint };
const copiedTags = { [registeredAtTag]: new Date(now - days).toISOString() };

describe("the highest ACTIVE revision", () => {
  const cases: Readonly<Record<string, Case>> = {
    "is registered when the name has none": { revisions: [], next: registers },
    "is not registered before its absence may be believed": {
      revisions: [],
      seen: { absent: false },
      next: "wait CheckingRevisions again in 2 s",
    },
    "is left alone when it is ours and as desired": {
      revisions: [ours(7), ours(6, 2 * days, different)],
      next: "serves Available",
      serving: true,
    },
    "is registered again when it is ours and not as desired": {
      revisions: [ours(7, days, different)],
      next: registers,
    },
    "is registered again although an older one is as desired": {
      revisions: [ours(7, days, different), ours(6, 2 * days)],
      next: registers,
    },
    "is the highest whatever the order in which AWS lists": {
      revisions: [ours(6, 2 * days), ours(7, days, different)],
      next: registers,
    },
    "counts as desired by its fingerprint tag when AWS describes more than is known": {
      revisions: [ours(7, days, { fingerprint: another, tags: { [fingerprintTag]: observed([]).fingerprint } })],
      next: "serves Available",
      serving: true,
    },
    "is registered as of the next second when one of ours bears this one": {
      revisions: [ours(7, 0, different)],
      next: "register team_job as of 1000 ms later",
    },
    "is registered as of the next second when one of ours that has gone since bore this one": {
      revisions: [],
      seen: { reported: [{ revision: 7, registeredAt: timestamp(now) }] },
      next: "register team_job as of 1000 ms later",
    },
    "is registered as of now whatever time somebody wrote on another": {
      revisions: [ours(7, -days, different)],
      next: registers,
    },
    "counts for nothing by the fingerprint tag of another algorithm": {
      revisions: [ours(7, days, { fingerprint: another, tags: { [fingerprintTag]: "v0:0123" } })],
      next: registers,
    },
    "keeps the fingerprint tag of another algorithm when its body is as desired": {
      revisions: [ours(7, days, { tags: { [fingerprintTag]: "v0:0123" } })],
      next: "serves Available",
      serving: true,
    },
    "counts for nothing by tags that were copied with another body": {
      revisions: [
        ours(8, days, { fingerprint: another, tags: { [fingerprintTag]: observed([]).fingerprint, ...copiedTags } }),
        ours(7, days, { tags: copiedTags }),
      ],
      next: registers,
    },
    "counts for nothing by copied tags when the one with these tags has been deregistered": {
      revisions: [ours(8, days, { fingerprint: another, tags: asDesired })],
      seen: { reported: [{ revision: 7, registeredAt: timestamp(now - days) }] },
      next: registers,
    },
    "is ours although the one before it was registered within the same second, as far as the status shows": {
      revisions: [
        ours(8, days - 80, { fingerprint: another, tags: asDesired }),
        ours(7, days, { fingerprint: "v1:1" }),
      ],
      seen: { reported: [{ revision: 7, registeredAt: timestamp(now - days) }] },
      next: "serves Available",
      serving: true,
    },
    "stays ours once that was reported, whatever else was registered within the same second": {
      revisions: [ours(8, days - 80, { fingerprint: another, tags: asDesired })],
      seen: {
        reported: [
          { revision: 8, registeredAt: timestamp(now - days) },
          { revision: 7, registeredAt: timestamp(now - days) },
        ],
      },
      next: "serves Available",
      serving: true,
    },
    "counts for nothing by copied tags once it was reported to be of somebody else's making": {
      revisions: [ours(8, days, { fingerprint: another, tags: asDesired })],
      seen: { reported: [{ revision: 8 }] },
      next: registers,
    },
    "is what we registered, though AWS describes it otherwise, also when another was registered after it": {
      revisions: [ours(8, days, { fingerprint: another, tags: asDesired })],
      seen: {
        reported: [
          { revision: 9, registeredAt: timestamp(now - days) },
          { revision: 8, registeredAt: timestamp(now - days) },
          { revision: 7, registeredAt: timestamp(now - 2 * days) },
        ],
      },
      next: "serves Available",
      serving: true,
    },
  };

  it.each(Object.entries(cases))("%s", (_name, { next, serving = false, ...given }) => {
    expect(stepLine(given)).toMatchObject({ next, serving });
  });
});

describe("somebody else's revision above ours", () => {
  const cases: Readonly<Record<string, Case>> = {
    "is covered": { revisions: [foreign(8, different), ours(7)], next: registers },
    "is covered although ours is new": { revisions: [foreign(8, different), ours(7, minutes)], next: registers },
    "is covered also when its body is as desired": { revisions: [foreign(8), ours(7)], next: registers },
    "is not covered a second time within 10 minutes": {
      revisions: [foreign(10, different), ours(9, 4 * minutes), foreign(8, different), ours(7)],
      next: "blocked RevisionContested again in 360 s",
    },
    "is not covered a second time also when the first one has gone": {
      revisions: [foreign(10, different), ours(9, 4 * minutes), ours(7)],
      next: "blocked RevisionContested again in 360 s",
    },
    "is not covered a second time when it carries our tags": {
      revisions: [
        ours(9, days, { fingerprint: another, tags: copiedTags }),
        ours(8, 4 * minutes),
        ours(7, days, { tags: copiedTags }),
      ],
      next: "blocked RevisionContested again in 360 s",
    },
    "is covered again after 10 minutes": {
      revisions: [foreign(10, different), ours(9, 10 * minutes), foreign(8, different), ours(7)],
      next: registers,
    },
    "is covered when ours below it was for another spec": {
      revisions: [foreign(10, different), ours(9, minutes, different), foreign(8), ours(7)],
      next: registers,
    },
    "is covered shortly after a change of the spec": {
      revisions: [foreign(9, different), ours(8, minutes), ours(7, days, different)],
      next: registers,
    },
    "is taken over when it is as desired and may be": {
      revisions: [foreign(8), ours(7)],
      seen: adopting("IfMatching"),
      next: "tag team_job:8 to adopt",
    },
    "is covered when it differs, whatever may be adopted": {
      revisions: [foreign(8, different), ours(7)],
      seen: adopting("IfMatching"),
      next: registers,
    },
  };

  it.each(Object.entries(cases))("%s", (_name, { next, serving = false, ...given }) => {
    expect(stepLine(given)).toMatchObject({ next, serving });
  });
});

describe("a name that is somebody else's", () => {
  const unlisted = { nameSeen: mayAdopt(false) };
  const cases: Readonly<Record<string, Case & { readonly says?: string }>> = {
    "is not taken with adoptionPolicy Never": {
      revisions: [foreign(1)],
      next: "blocked NotAdopted",
      says: "adoptionPolicy is Never",
    },
    "is taken over with IfMatching when the highest revision is as desired": {
      revisions: [foreign(2), foreign(1, different)],
      seen: adopting("IfMatching"),
      next: "tag team_job:2 to adopt",
    },
    "is not taken with IfMatching when the highest revision differs": {
      revisions: [foreign(2, different), foreign(1)],
      seen: adopting("IfMatching"),
      next: "blocked NotAdopted",
      says: "differs in its body; adoptionPolicy IfMatching",
    },
    "is not taken with IfMatching, and the fields of the body that differ are named where they were read": {
      revisions: [foreign(2, different)],
      seen: {
        ...adopting("IfMatching"),
        bodyChanges: [{ path: "spec.containerProperties.image", kind: "register", why: "", from: "1", to: "2" }],
      },
      next: "blocked NotAdopted",
      says: "differs in its body: spec.containerProperties.image (AWS: 1, spec: 2); adoptionPolicy IfMatching",
    },
    "is not taken with IfMatching when tags differ": {
      revisions: [foreign(2, { tags: { old: "1" } })],
      seen: adopting("IfMatching"),
      next: "blocked NotAdopted",
      says: 'differs in spec.tags["old"]; adoptionPolicy IfMatching',
    },
    "is not taken with IfMatching when a tag is left over, and the flag is named": {
      revisions: [foreign(2, { tags: { old: "1" } })],
      seen: adopting("IfMatching"),
      next: "blocked NotAdopted",
      says: "registers a revision above it; to leave tags of others alone, start the operator with --ignore-tag-keys=old",
    },
    "is taken over with IfExists when only tags differ": {
      revisions: [foreign(2, { tags: { old: "1" } })],
      seen: adopting("IfExists"),
      next: "tag team_job:2 to adopt",
    },
    "is taken over with IfExists when the highest revision is as desired": {
      revisions: [foreign(1)],
      seen: adopting("IfExists"),
      next: "tag team_job:1 to adopt",
    },
    "is covered with IfExists when the highest revision differs": {
      revisions: [foreign(1, different)],
      seen: adopting("IfExists"),
      next: registers,
    },
    "is not taken when the operator may not adopt names like it": {
      revisions: [foreign(1)],
      seen: { ...adopting("IfExists"), ...unlisted },
      next: "blocked NotAdopted",
      says: "--adoptable-names",
    },
    "is left to another cluster of the same name": {
      revisions: [otherCluster],
      next: "blocked OwnedByOtherCluster",
      says: "--take-over-cluster-uid=c-0",
    },
    "is left to another cluster although the highest revision is ours": {
      revisions: [ours(4), otherCluster],
      next: "blocked OwnedByOtherCluster",
    },
    "is only tagged again when the other cluster is lost": {
      revisions: [otherCluster, ours(2, 2 * days, { tags: { [clusterUidTag]: "c-0" }, ...different })],
      seen: { identity: { ...identity, cluster: { ...identity.cluster, takeOverUid: "c-0" } } },
      next: "tag team_job:3 team_job:2 to takeOver",
      serving: true,
    },
    "is only tagged again when the object has another uid": {
      revisions: [ours(3, days, { tags: { [uidTag]: "u-0" }, ...different })],
      next: "tag team_job:3 to takeOver",
    },
    "is taken up again after Retain, without adoption": {
      revisions: [retained],
      next: "tag team_job:3 to takeOver",
    },
    "is left to the object whose tags it carries": {
      revisions: [ofSibling],
      next: "blocked Conflict again in 10 s",
      says: sibling,
    },
    "is left to an older object that claims it": {
      revisions: [],
      seen: { claimedBy: "team/sibling" },
      next: "blocked Conflict again in 10 s",
      says: "JobDefinition team/sibling already owns the AWS name team_job",
    },
    "stays its own above what another object that claims it had before": {
      revisions: [ours(4), ofSibling],
      seen: { giveWay: [sibling] },
      next: "serves Available",
      serving: true,
    },
  };

  it.each(Object.entries(cases))("%s", (_name, { next, serving = false, says = "", ...given }) => {
    const step = stepLine(given);
    expect(step).toMatchObject({ next, serving });
    expect(step.message).toContain(says);
  });
});

describe("tags and old revisions", () => {
  const history = (count: number, ageDays: (index: number) => number): RevisionSeen[] =>
    Array.from({ length: count }, (_, index) =>
      ours(count - index, ageDays(index) * days, index === 0 ? {} : { fingerprint: `v1:${index}` }),
    );
  const copy = ours(3, days, { tags: copiedTags });
  const cases: Readonly<Record<string, Case>> = {
    "are set in place when only tags differ": {
      spec: { tags: { team: "x" } },
      revisions: [ours(7)],
      next: "tag team_job:7 to userTags",
      serving: true,
    },
    "are left alone where others own the key": {
      revisions: [ours(7, days, { tags: { "cost:x": "1" } })],
      seen: { settings: { ...observed([]).settings, ignoreTagKeys: ["cost:*"] } },
      next: "serves Available",
      serving: true,
    },
    "are of no concern on older revisions": {
      spec: { tags: { team: "x" } },
      revisions: [ours(7, days, { tags: { team: "x" } }), ours(6, 2 * days, different)],
      next: "serves Available",
      serving: true,
    },
    "stay while they are within the limit": {
      revisions: history(11, (index) => 30 + index),
      next: "serves Available",
      serving: true,
    },
    "go when beyond the limit and superseded long enough, oldest first": {
      revisions: history(13, (index) => 30 + index),
      next: "deregister team_job:1 team_job:2 for history",
      serving: true,
    },
    "stay beyond the limit until superseded long enough": {
      spec: { revisionHistoryLimit: 0 },
      revisions: [ours(2, 7 * days - minutes), ours(1, 30 * days, different)],
      next: "serves Available again in 60 s",
      serving: true,
    },
    "are checked once a day at least, whatever the age": {
      spec: { revisionHistoryLimit: 0, revisionMinAgeSeconds: 2_000_000_000 },
      revisions: [ours(2), ours(1, 30 * days, different)],
      next: "serves Available again in 86400 s",
      serving: true,
    },
    "go by the age at which they were superseded, not registered": {
      spec: { revisionHistoryLimit: 0 },
      revisions: [ours(3, days), ours(2, 8 * days, different), ours(1, 9 * days, { fingerprint: "v1:1" })],
      next: "deregister team_job:1 for history",
      serving: true,
    },
    "stay when somebody else registered them": {
      spec: { revisionHistoryLimit: 0, revisionMinAgeSeconds: 0 },
      revisions: [ours(4), foreign(3, different), foreign(2, { tags: ownerTags(identity) })],
      next: "serves Available",
      serving: true,
    },
    "go at once when one body was registered twice in a row": {
      revisions: [ours(7, 60 * minutes), ours(6, 61 * minutes)],
      next: "deregister team_job:6 for history",
      serving: true,
    },
    "stay when one body was registered twice with something between": {
      revisions: [ours(7, 60 * minutes), ours(5, 61 * minutes)],
      next: "serves Available",
      serving: true,
    },
    "stay when one body was registered twice long after each other": {
      revisions: [ours(7, 60 * minutes), ours(6, 71 * minutes)],
      next: "serves Available",
      serving: true,
    },
    "stay when the newer of two is a copy made by hand": {
      revisions: [copy, ours(2, days, { tags: copiedTags }), ours(1, 2 * days, different)],
      next: "serves Available",
      serving: true,
    },
    "count from registration only where its time can be read": {
      spec: { revisionHistoryLimit: 0, revisionMinAgeSeconds: 0 },
      revisions: [ours(2), ours(1, 9 * days, { ...different, tags: { [registeredAtTag]: "yesterday" } })],
      next: "serves Available",
      serving: true,
    },
  };

  it.each(Object.entries(cases))("%s", (_name, { next, serving = false, ...given }) => {
    expect(stepLine(given)).toMatchObject({ next, serving });
  });
});

describe("deletion", () => {
  const cases: Readonly<Record<string, Case & { readonly says?: string }>> = {
    "deregisters ours, oldest first, and nobody else's": {
      revisions: [foreign(9), ours(8), ours(7, 2 * days, different), otherCluster, ofSibling],
      seen: deleting,
      next: "deregister team_job:7 team_job:8 for deletion",
    },
    "deregisters what was adopted": {
      revisions: [foreign(3, { tags: ownerTags(identity) })],
      seen: deleting,
      next: "deregister team_job:3 for deletion",
    },
    "waits until nothing is left for sure": {
      revisions: [],
      seen: { ...deleting, absent: false },
      next: "wait CheckingRevisions again in 2 s",
    },
    "ends when nothing is left": { revisions: [], seen: deleting, next: "release Deleted" },
    "ends next to others' revisions": {
      revisions: [foreign(9), retained],
      seen: deleting,
      next: "release Deleted",
      says: "team_job:9, team_job:3 belongs to others and stays",
    },
    "waits for a person when what is left belongs to another cluster": {
      revisions: [otherCluster],
      seen: deleting,
      next: "blocked OwnedByOtherCluster",
      says: "--take-over-cluster-uid=c-0, or delete the object without changing AWS by awsbatch.dev/abandon",
    },
    "does not wait for an older object that claims the name": {
      revisions: [],
      seen: { ...deleting, claimedBy: "team/sibling" },
      next: "release Deleted",
    },
    "with Retain takes off the owner": {
      revisions: [ours(8), ours(7, 2 * days, different)],
      seen: retaining,
      next: "tag team_job:8 team_job:7 to retain",
    },
    "with Retain ends when nothing carries the owner": {
      revisions: [retained],
      seen: retaining,
      next: "release Retained",
    },
  };

  it.each(Object.entries(cases))("%s", (_name, { next, says = "", ...given }) => {
    const step = stepLine(given);
    expect(step).toMatchObject({ next, serving: false });
    expect(step.message).toContain(says);
  });
});

describe("the tags that are written", () => {
  const actionOf = (revisions: readonly RevisionSeen[], seen: Partial<Seen>, spec: Partial<JobDefinitionSpec> = {}) => {
    const { next } = choiceFor(definition(spec), observed(revisions, seen), now);
    return next.kind === "act" ? next.action : undefined;
  };

  it("are complete on a new revision, but for the time that act adds", () => {
    expect(actionOf([], {}, { tags: { team: "x" } })).toMatchObject({
      kind: "register",
      tags: { team: "x", ...ownerTags(identity), [fingerprintTag]: observed([]).fingerprint },
    });
  });

  it("name on a new revision the roles that were made for it, for they outlive it no longer than that", () => {
    const own = "arn:aws:iam::123456789012:role/aws-batch-operator/default/";
    const roles = (jobRoleArn: string, executionRoleArn: string): Partial<JobDefinitionSpec> => ({
      containerProperties: { image: "busybox", jobRoleArn, executionRoleArn },
    });
    const rolesTag = (spec: Partial<JobDefinitionSpec>): string | undefined => {
      const action = actionOf([], {}, spec);
      return action?.kind === "register" ? action.tags[revisionRolesTag] : "no registration";
    };
    const theirs = "arn:aws:iam::123456789012:role/theirs";
    expect(rolesTag(roles(`${own}team_b_job`, `${own}team_a_execution`))).toBe("team_a_execution/team_b_job");
    expect(rolesTag(roles(`${own}team_a_execution`, `${own}team_b_job`))).toBe("team_a_execution/team_b_job");
    expect(rolesTag(roles(`${own}team_b`, `${own}team_b`))).toBe("team_b");
    expect(rolesTag(roles(`${own}team_b_job`, theirs))).toBe("team_b_job");
    expect(rolesTag(roles(theirs, theirs))).toBeUndefined();
  });

  it("make an adopted revision ours and set the user's tags", () => {
    const revisions = [foreign(1, { tags: { old: "1", "aws:x": "1" } })];
    expect(actionOf(revisions, adopting("IfExists"), { tags: { team: "x" } })).toMatchObject({
      items: [
        {
          change: {
            set: { team: "x", ...ownerTags(identity), [fingerprintTag]: observed([]).fingerprint },
            remove: ["old"],
          },
        },
      ],
    });
  });

  it("hold only what an earlier identity lacks", () => {
    const revisions = [ours(3, days, { tags: { [uidTag]: "u-0" } })];
    expect(actionOf(revisions, {})).toMatchObject({ items: [{ change: { set: { [uidTag]: "u-1" }, remove: [] } }] });
  });

  it("take the mark of Retain off again", () => {
    expect(actionOf([retained], {})).toMatchObject({
      items: [{ change: { set: ownerTags(identity), remove: [retainedFromTag] } }],
    });
  });

  it("leave the mark of Retain and the user's tags, and nothing else", () => {
    const revisions = [ours(3, days, { tags: { team: "x" } })];
    expect(actionOf(revisions, retaining)).toMatchObject({
      items: [
        {
          change: {
            set: { [retainedFromTag]: "default/team/job" },
            remove: [...Object.keys(ownerTags(identity)), fingerprintTag, registeredAtTag],
          },
        },
      ],
    });
  });
});

describe("status.plan", () => {
  const changeOf = (revisions: readonly RevisionSeen[], spec: Partial<JobDefinitionSpec> = {}) =>
    choiceFor(definition(spec), observed(revisions), now).change;

  it.each<[string, readonly RevisionSeen[], Partial<JobDefinitionSpec>, object]>([
    ["says nothing at rest", [ours(1)], {}, { action: "None", changes: [] }],
    ["says that there is no revision", [], {}, { action: "Register", changes: [{ path: "revision" }] }],
    ["says that the spec differs", [ours(1, days, different)], {}, { action: "Register", changes: [{ path: "spec" }] }],
    [
      "says that the type differs",
      [ours(1, days, { ...different, type: "multinode" })],
      {},
      { action: "Register", changes: [{ path: "spec.type", from: '"multinode"', to: '"container"' }] },
    ],
    [
      "says that somebody else's revision lies above ours",
      [foreign(2, different), ours(1)],
      {},
      { action: "Register", changes: [{ path: "revision", why: expect.stringContaining("team_job:2") }] },
    ],
    [
      "names the tags that differ, never their values",
      [ours(1, days, { tags: { old: "1", [fingerprintTag]: "v1:wrong" } })],
      { tags: { team: "x" } },
      {
        action: "UpdateTags",
        changes: [
          { path: 'spec.tags["team"]', kind: "tags", why: expect.any(String) },
          { path: `tags["${fingerprintTag}"]`, kind: "tags", why: expect.any(String) },
          { path: 'spec.tags["old"]', kind: "tags", why: expect.any(String) },
        ],
      },
    ],
  ])("%s", (_name, revisions, spec, change) => {
    expect(changeOf(revisions, spec)).toMatchObject(change);
  });

  it.each([
    [1, "team_job:1 carries an earlier identity of this object"],
    [2, "team_job:2, team_job:1 carry an earlier identity of this object"],
    [
      80,
      "team_job:80, team_job:79, team_job:78, team_job:77, team_job:76 and 75 more carry an earlier identity of this object",
    ],
  ])("names the first of %i revisions that it takes over, and counts the others", (count, message) => {
    const earlier = { tags: { [uidTag]: "u-0" } };
    const revisions = Array.from({ length: count }, (_, age) => ours(count - age, (age + 1) * minutes, earlier));
    expect(choiceFor(definition(), observed(revisions), now)).toMatchObject({
      change: { action: "UpdateTags", reason: "OwnershipTagsDiffer" },
      next: { message },
    });
  });

  it("has one id as long as the desired state is one", () => {
    expect(changeOf([]).id).toBe(changeOf([ours(1)]).id);
    expect(changeOf([]).id).not.toBe(changeOf([], { tags: { team: "x" } }).id);
  });
});

describe("whatever AWS holds", () => {
  const revision = fc
    .record({
      kind: fc.constantFrom("ours", "foreign", "retained", "copy"),
      ageMs: fc.integer({ min: 0, max: 40 * days }),
      fingerprint: fc.constantFrom(observed([]).fingerprint, another),
    })
    .map(({ kind, ageMs, fingerprint }) => (number: number): RevisionSeen => {
      if (kind === "foreign") return foreign(number, { fingerprint });
      if (kind === "retained") return foreign(number, { fingerprint, tags: retained.tags });
      return ours(number, ageMs, kind === "copy" ? { fingerprint, tags: copiedTags } : { fingerprint });
    });
  const revisions = fc
    .array(revision, { maxLength: 8 })
    .map((made) => made.map((one, index) => one(index + 1)).toReversed());
  const spec = fc.record({
    revisionHistoryLimit: fc.integer({ min: 0, max: 3 }),
    revisionMinAgeSeconds: fc.constantFrom(0, 604_800),
  });

  it("the highest revision is never deregistered while the object lives, and nobody else's ever", () => {
    fc.assert(
      fc.property(revisions, spec, fc.constantFrom(undefined, deleting), (held, limits, seen) => {
        const { next } = choiceFor(definition(limits), observed(held, seen), now);
        if (next.kind !== "act" || next.action.kind !== "deregister") return;
        const touched = held.filter(
          (one) => next.action.kind === "deregister" && next.action.names.includes(`team_job:${one.revision}`),
        );
        expect(touched).toHaveLength(next.action.names.length);
        expect(touched.every(({ tags }) => tags[nameTag] === "job")).toBe(true);
        if (seen === undefined) expect(next.action.names).not.toContain(`team_job:${held.length}`);
      }),
    );
  });

  it("it is said to serve only when the highest revision is ours and as desired", () => {
    fc.assert(
      fc.property(revisions, spec, (held, limits) => {
        const { serving } = choiceFor(definition(limits), observed(held), now);
        const top = held[0];
        if (serving) expect([top?.tags[nameTag], top?.fingerprint]).toEqual(["job", observed([]).fingerprint]);
      }),
    );
  });
});

describe("what a step is called", () => {
  const stepOf = (revisions: readonly RevisionSeen[], spec: Partial<JobDefinitionSpec> = {}) =>
    choiceFor(definition(spec), observed(revisions), now);

  it("is Registering, with why in the plan", () => {
    expect(stepOf([]).next).toMatchObject({ kind: "act", reason: "Registering" });
    const changes = [
      stepOf([]),
      stepOf([ours(1, days, different)]),
      stepOf([ours(1, days, { ...different, type: "multinode" })]),
    ];
    expect(changes.map(({ change }) => change.changes.map(({ path, kind }) => `${path} ${kind}`).join())).toEqual([
      "revision register",
      "spec register",
      "spec.type register",
    ]);
    expect(stepOf([foreign(2, { ...different }), ours(1)]).change.changes[0]).toMatchObject({
      path: "revision",
      kind: "register",
    });
  });

  it("is Deregistering, with each name", () => {
    const revisions = [ours(3, 8 * days), ours(2, 9 * days, different), ours(1, 10 * days, { fingerprint: "v1:1" })];
    const { next } = stepOf(revisions, { revisionHistoryLimit: 0 });
    expect(next).toMatchObject({ kind: "act", reason: "Deregistering" });
    expect(next.message).toMatch(/team_job:\d, team_job:\d/);
  });
});
