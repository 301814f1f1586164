import type { BatchApi } from "./batch-calls.ts";
import type { DefinitionJobs } from "./definition-jobs.ts";
import { pageSize } from "./listing.ts";
import { nameIn } from "./names.ts";
import { describeRevisions } from "./resources/job-definitions.ts";
import { rolesNamedBy } from "./revision-roles.ts";

/**
 * Unfinished jobs by the roles that they use. A job has the roles of its revision: SubmitJob can give it no other, and
 * neither ever changes. So what was read of a revision, also of one that is not ACTIVE any more, is kept until its last
 * job ends.
 */
export class RoleJobs {
  readonly #jobs: Pick<DefinitionJobs, "byRevision">;
  readonly #batch: BatchApi;
  /** By ARN of a revision. */
  #roles: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(jobs: Pick<DefinitionJobs, "byRevision">, batch: BatchApi) {
    this.#jobs = jobs;
    this.#batch = batch;
  }

  /**
   * How many jobs use a role, by `name:revision`. A revision that AWS does not show may name it.
   *
   * @param role its name
   * @param from monotonic ms, may be a little ahead: counts that began earlier may not show all jobs
   * @throws AwsError when anything cannot be read
   */
  async of(role: string, from: number, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const counts = await this.#jobs.byRevision(from, signal);
    const known = this.#roles;
    const unread = [...counts.keys()].filter((arn) => !known.has(arn));
    const read = new Map<string, readonly string[]>();
    for (let at = 0; at < unread.length; at += pageSize) {
      const revisions = await describeRevisions(this.#batch, unread.slice(at, at + pageSize), signal);
      for (const revision of revisions) read.set(revision.jobDefinitionArn ?? "", rolesNamedBy(revision));
    }
    const all = new Map([...this.#roles, ...read].filter(([arn]) => counts.has(arn)));
    this.#roles = all;
    const uses = (arn: string): boolean => all.get(arn)?.some((one) => nameIn(one) === role) ?? true;
    return new Map([...counts].filter(([arn]) => uses(arn)).map(([arn, count]) => [nameIn(arn), count]));
  }
}
