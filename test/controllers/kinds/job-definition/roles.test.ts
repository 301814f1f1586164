import { describe, expect, it } from "vitest";
import type { RevisionSeen } from "../../../../src/aws/region.ts";
import { definitionRoleUser } from "../../../../src/controllers/kinds/job-definition/roles.ts";
import { revisionRolesTag } from "../../../../src/controllers/ownership/ownership.ts";
import { foreign, observed, ours } from "./seen.ts";

const roles = ["arn:aws:iam::111122223333:role/aws-batch-operator/default/team_job_job"];
const bears = { [revisionRolesTag]: "other/team_job_job" };
const refers = (...revisions: Parameters<typeof observed>[0] & object): boolean =>
  definitionRoleUser.refersTo(observed(revisions), "team_job_job");

describe("a role that was made for a job definition", () => {
  it("is referred to by a revision of ours that bears its name in a tag, or runs by it: Retain takes the tag away", () => {
    expect(refers(ours(1, undefined, { tags: bears }))).toBe(true);
    expect(refers(ours(1, undefined, { roles }))).toBe(true);
  });

  // Seed 2400554: the role went with the object, although somebody had registered a revision by hand that names it.
  it("is referred to by a revision that somebody registered by hand, whatever its tags", () => {
    expect(refers(foreign(2, { roles }))).toBe(true);
    expect(refers(foreign(2, { roles: ["arn:aws:iam::111122223333:role/not_team_job_job"] }))).toBe(false);
    expect(refers(foreign(2))).toBe(false);
  });

  it.each<[string, readonly RevisionSeen[], readonly string[]]>([
    ["a revision of ours bears its name", [ours(2), ours(1, undefined, { tags: bears })], ["other", "team_job_job"]],
    ["none of ours does", [ours(2)], []],
    ["only one that is nobody's does", [foreign(2, { tags: bears, roles })], []],
  ])("is used by the object when %s", (_name, revisions, used) => {
    expect(definitionRoleUser.used(observed(revisions))).toEqual(used);
  });
});
