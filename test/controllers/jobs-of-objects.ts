import type { FollowedJob, JobsOfObjects, NamedJob } from "../../src/aws/jobs-of-objects.ts";

export interface FakeJobs extends JobsOfObjects {
  /** What AWS shows, by id. */
  readonly shown: Map<string, FollowedJob>;
  /** What a search by name finds. */
  found: readonly NamedJob[];
  failed: readonly number[];
  /** What is thrown in place of an answer to a submission. */
  refusal: Error | undefined;
}

/** The jobs of objects, as a test puts them there. @param called gets each call to AWS */
export function fakeJobs(called: (call: string) => Promise<void>): FakeJobs {
  const unseen: FollowedJob = { record: undefined, missingSince: undefined };
  const jobs: FakeJobs = {
    shown: new Map(),
    found: [],
    failed: [],
    refusal: undefined,
    follow: (_owner, jobId) => jobs.shown.get(jobId) ?? unseen,
    unfollow: () => undefined,
    async read(_owner, jobId) {
      await called(`describeJobs ${jobId}`);
      return jobs.shown.get(jobId) ?? unseen;
    },
    async named(queue, name) {
      await called(`listJobs ${queue} ${name}`);
      return jobs.found;
    },
    async described(ids) {
      await called(`describeJobs ${ids.join(" ")}`);
      return ids.flatMap((id) => jobs.shown.get(id)?.record ?? []);
    },
    async failedChildren(jobId) {
      await called(`listJobs ${jobId}`);
      return jobs.failed;
    },
    async submit(request) {
      await called(`submitJob ${request.jobName}`);
      if (jobs.refusal !== undefined) throw jobs.refusal;
      return { jobId: "job-1", jobArn: "arn:aws:batch:eu-west-1:123456789012:job/job-1" };
    },
    cancel: (jobId) => called(`cancelJob ${jobId}`),
    terminate: (jobId) => called(`terminateJob ${jobId}`),
    changeTags: (jobArn) => called(`tagResource ${jobArn}`),
  };
  return jobs;
}
