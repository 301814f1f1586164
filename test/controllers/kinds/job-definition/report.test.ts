import { describe, expect, it } from "vitest";
import { events } from "../../../../src/controllers/kinds/job-definition/events.ts";
import { report } from "../../../../src/controllers/kinds/job-definition/report.ts";
import { ownerTags } from "../../../../src/controllers/ownership/ownership.ts";
import { days, definition, foreign, identity, observed, ours } from "./seen.ts";

describe("the status", () => {
  it("names the highest revision of ours, whoever lies above it", () => {
    const seen = observed([foreign(9), ours(8), foreign(7), ours(6, 2 * days)]);
    expect(report(definition(), seen)).toEqual({
      name: "team_job",
      arn: "arn:aws:batch:eu-west-1:111122223333:job-definition/team_job:8",
      revision: 8,
      unversionedArn: "arn:aws:batch:eu-west-1:111122223333:job-definition/team_job",
      revisions: [
        {
          revision: 8,
          arn: "arn:aws:batch:eu-west-1:111122223333:job-definition/team_job:8",
          registeredAt: "2026-01-14T00:00:00Z",
        },
        {
          revision: 6,
          arn: "arn:aws:batch:eu-west-1:111122223333:job-definition/team_job:6",
          registeredAt: "2026-01-13T00:00:00Z",
        },
      ],
    });
  });

  it("names the newest 20 revisions", () => {
    const revisions = Array.from({ length: 25 }, (_, index) => ours(25 - index, index * days));
    const numbers = report(definition(), observed(revisions)).revisions?.map(({ revision }) => revision);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => 25 - index));
  });

  it("gives no time of registration for an adopted revision", () => {
    const seen = observed([foreign(1, { tags: ownerTags(identity) })]);
    expect(report(definition(), seen).revisions?.[0]).not.toHaveProperty("registeredAt");
  });

  it.each([
    ["before the first registration", []],
    ["while the name is somebody else's", [foreign(1)]],
  ])("has only the name %s", (_name, revisions) => {
    expect(report(definition(), observed(revisions))).toEqual({ name: "team_job" });
  });
});

describe("an event", () => {
  const items = [{ name: "team_job:7", arn: "arn", change: { set: {}, remove: [] } }];

  it.each([
    [
      { kind: "register", name: "team_job", fingerprint: "v1:0", tags: {} } as const,
      "Registered: registered a new revision of team_job",
    ],
    [
      { kind: "deregister", purpose: "history", names: ["team_job:1", "team_job:2"] } as const,
      "Deregistered: deregistered team_job:1, team_job:2: superseded and over revisionHistoryLimit",
    ],
    [
      { kind: "deregister", purpose: "deletion", names: ["team_job:1"] } as const,
      "Deregistered: deregistered team_job:1: the object is deleted",
    ],
    [{ kind: "tag", purpose: "adopt", items } as const, "Adopted: adopted team_job:7"],
    [
      { kind: "tag", purpose: "takeOver", items } as const,
      "OwnershipUpdated: wrote the current identity of this object to team_job:7",
    ],
    [{ kind: "tag", purpose: "userTags", items } as const, "TagsUpdated: changed the tags of team_job:7"],
    [{ kind: "tag", purpose: "retain", items } as const, "Retained: removed the owner from team_job:7"],
  ])("says what was done: %#", (action, expected) => {
    expect(events(action).map(({ reason, note }) => `${reason}: ${note}`)).toEqual([expected]);
  });
});
