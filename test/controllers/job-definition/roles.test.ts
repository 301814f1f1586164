import { describe, expect, it } from "vitest";
import { definitionRoleUser } from "../../../src/controllers/job-definition/roles.ts";
import { revisionRolesTag } from "../../../src/controllers/ownership.ts";
import { foreign, observed, ours } from "./seen.ts";

const roles = ["arn:aws:iam::111122223333:role/aws-batch-operator/default/team_job_job"];
const refers = (...revisions: Parameters<typeof observed>[0] & object): boolean =>
  definitionRoleUser.refersTo(observed(revisions), "team_job_job");

describe("a role that was made for a job definition", () => {
  it("is referred to by a revision of ours that bears its name in a tag", () => {
    expect(refers(ours(1, undefined, { tags: { [revisionRolesTag]: "other/team_job_job" } }))).toBe(true);
    expect(refers(ours(1, undefined, { roles }))).toBe(false);
  });

  // Seed 2400554: the role went with the object, although somebody had registered a revision by hand that names it.
  it("is referred to by a revision that somebody registered by hand, whatever its tags", () => {
    expect(refers(foreign(2, { roles }))).toBe(true);
    expect(refers(foreign(2, { roles: ["arn:aws:iam::111122223333:role/not_team_job_job"] }))).toBe(false);
    expect(refers(foreign(2))).toBe(false);
  });
});
