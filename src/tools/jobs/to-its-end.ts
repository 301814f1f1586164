import type { JobDetail } from "../../aws/batch.ts";
import { CommandError, exitCodes, type Io } from "../../operator/io.ts";
import { jsonLine, visible } from "../../runtime/visible.ts";
import type { JobsAccount } from "./account.ts";
import { followJob } from "./follow.ts";
import type { SubmitFlags } from "./options.ts";
import { writeLines } from "./show-log.ts";
import { exitCodeOf, resultText } from "./words.ts";

/** What a command that submits shows, and for how long. */
export type SubmissionFlags = Omit<SubmitFlags, "filename">;

/** Shows how a job goes on until it has ended. @returns the exit code. @throws CommandError, AwsError */
export async function toItsEnd(
  jobId: string,
  name: string,
  { output, logs = false }: SubmissionFlags,
  account: JobsAccount,
  io: Io,
): Promise<number> {
  const job = await followJob(
    jobId,
    account,
    {
      status: (seen) => io.stderr.write(visible(`${seen.jobName}: ${resultText(seen)}`).concat("\n")),
      waits: (why) => io.stderr.write(visible(`${name}: ${why}`).concat("\n")),
      lines: logs ? (lines, attempt) => writeLines(io.stdout, output, lines, { attempt }) : undefined,
    },
    { name, attempt: undefined, tail: undefined },
  );
  if (job === undefined) throw new CommandError(`AWS has not shown job ${jobId} for a minute`);
  if (output === "json") io.stdout.write(jsonLine(ended(job)));
  return job.status === "SUCCEEDED" ? exitCodes.done : exitCodes.failed;
}

function ended(job: JobDetail): object {
  const { jobId, jobName, status, statusReason } = job;
  return { type: "ended", jobId, jobName, status, statusReason, exitCode: exitCodeOf(job) };
}
