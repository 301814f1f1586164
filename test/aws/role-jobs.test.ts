import { describe, expect, it } from "vitest";
import type { BatchApi } from "../../src/aws/batch-calls.ts";
import { RoleJobs } from "../../src/aws/role-jobs.ts";

const arnOf = (revision: string): string => `arn:aws:batch:us-east-1:123456789012:job-definition/${revision}`;
const roleOf = (name: string): string => `arn:aws:iam::123456789012:role/aws-batch-operator/default/job/${name}`;
const { signal } = new AbortController();

/** Jobs by revision, and AWS with the revisions that it shows, each with a job role. */
function jobsOf(counts: ReadonlyMap<string, number>, shown: Readonly<Record<string, string>>) {
  const asked: (readonly string[])[] = [];
  const batch = {
    async describeJobDefinitions({ jobDefinitions = [] }: { readonly jobDefinitions?: readonly string[] }) {
      asked.push(jobDefinitions);
      const found = jobDefinitions.flatMap((arn) => {
        const role = shown[arn.slice(arn.lastIndexOf("/") + 1)];
        return role === undefined
          ? []
          : [
              {
                jobDefinitionName: "jd",
                revision: 1,
                type: "container",
                status: "INACTIVE",
                jobDefinitionArn: arn,
                containerProperties: { jobRoleArn: roleOf(role) },
                tags: {},
              },
            ];
      });
      return { jobDefinitions: found };
    },
  } as unknown as BatchApi;
  return { asked, jobs: new RoleJobs({ byRevision: async () => counts }, batch) };
}

describe("the jobs of a role", () => {
  it("are those of the revisions that name it, by revision", async () => {
    const counts = new Map([
      [arnOf("a:1"), 2],
      [arnOf("a:2"), 1],
      [arnOf("b:7"), 4],
    ]);
    const { jobs } = jobsOf(counts, { "a:1": "builders", "a:2": "others", "b:7": "builders" });
    expect([...(await jobs.of("builders", 0, signal))]).toEqual([
      ["a:1", 2],
      ["b:7", 4],
    ]);
    expect([...(await jobs.of("nobody", 0, signal))]).toEqual([]);
  });

  it("may be those of a revision that AWS does not show", async () => {
    const { jobs } = jobsOf(new Map([[arnOf("a:1"), 2]]), {});
    expect([...(await jobs.of("builders", 0, signal))]).toEqual([["a:1", 2]]);
  });

  it("cost one read of each revision, by a hundred in a call, and nothing is kept of one whose jobs have ended", async () => {
    const revisions = Array.from({ length: 150 }, (_, index) => `a:${index}`);
    const counts = new Map(revisions.map((one) => [arnOf(one), 1]));
    const { jobs, asked } = jobsOf(counts, Object.fromEntries(revisions.map((one) => [one, "builders"])));
    expect((await jobs.of("builders", 0, signal)).size).toBe(150);
    await jobs.of("others", 0, signal);
    expect(asked.map(({ length }) => length)).toEqual([100, 50]);
    counts.delete(arnOf("a:0"));
    await jobs.of("builders", 0, signal);
    counts.set(arnOf("a:0"), 1);
    await jobs.of("builders", 0, signal);
    expect(asked.map(({ length }) => length)).toEqual([100, 50, 1]);
  });
});
