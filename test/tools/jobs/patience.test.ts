import { expect, test } from "vitest";
import { AwsError } from "../../../src/aws/errors.ts";
import { CommandError } from "../../../src/operator/io.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { StoreError } from "../../../src/runtime/store.ts";
import { Patience } from "../../../src/tools/jobs/patience.ts";

const refused = new AwsError("unavailable", "batch:DescribeJobs", "ECONNREFUSED", "connect ECONNREFUSED");
const throttled = new AwsError("throttled", "logs:GetLogEvents", "ThrottlingException", "Rate exceeded");
const server = new CommandError("the API server is away", { cause: new StoreError("Unavailable", "away") });
const denied = new AwsError("denied", "batch:DescribeJobs", "AccessDenied", "not authorized");

/** Reads what fails in these ways, one after the other, then has an answer. */
function reading(failures: readonly Error[]) {
  const clock = new VirtualClock();
  const said: string[] = [];
  const patience = new Patience(clock, new AbortController().signal, (why) => said.push(why));
  const rest = [...failures];
  const read = () =>
    patience.read(async () => {
      const failure = rest.shift();
      if (failure !== undefined) throw failure;
      return "answer";
    });
  return { clock, said, read, fails: (failure: Error) => rest.push(failure) };
}

test.each([
  [refused, "no answer (batch:DescribeJobs: connect ECONNREFUSED): trying again for 5 minutes"],
  [throttled, "no answer (logs:GetLogEvents: Rate exceeded): trying again for 5 minutes"],
  [server, "no answer (the API server is away): trying again for 5 minutes"],
])("what passes by itself is waited out, and said once: %s", async (failure, sentence) => {
  const { clock, said, read } = reading([failure, failure, failure]);
  const answer = read();
  await clock.advance(60_000);
  expect(await answer).toBe("answer");
  expect(said).toEqual([sentence]);
});

test("each outage has five minutes of its own", async () => {
  const { clock, said, read, fails } = reading([refused]);
  for (let outage = 0; outage < 2; outage++) {
    const answer = read();
    await clock.advance(2_000);
    expect(await answer).toBe("answer");
    await clock.advance(3_600_000);
    fails(refused);
  }
  expect(said).toHaveLength(2);
});

test("after five minutes it is the failure of the command, which says that the jobs go on", async () => {
  const { clock, read } = reading(Array.from({ length: 1000 }, () => refused));
  const answer = read().catch((error: unknown) => error);
  await clock.advance(320_000);
  expect(await answer).toEqual(
    new CommandError(
      "no answer for 5 minutes (batch:DescribeJobs: connect ECONNREFUSED). Jobs go on without this command: follow them again later",
      { cause: refused },
    ),
  );
});

test("what a person has to fix is a failure at once", async () => {
  const { said, read } = reading([denied]);
  await expect(read()).rejects.toBe(denied);
  expect(said).toEqual([]);
});
