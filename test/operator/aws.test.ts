import { expect, test } from "vitest";
import { AwsError, type FailureKind } from "../../src/aws/errors.ts";
import { whenAwsAnswers } from "../../src/operator/aws.ts";
import type { Cloud } from "../../src/operator/cloud.ts";
import { world } from "../runtime/world.ts";

const cloud: Cloud = {
  account: "123456789012",
  region: "us-east-1",
  label: "AWS account 123456789012",
  connect: async () => Promise.reject(new Error("nobody connects here")),
};
const failure = (kind: FailureKind) => new AwsError(kind, "sts:GetCallerIdentity", "Some", "these are AWS's words");

test.each<[FailureKind]>([["throttled"], ["unavailable"], ["unknown"]])(
  "an AWS that is %s is waited for, longer each time",
  async (kind) => {
    const w = world();
    const asked: number[] = [];
    const waiting = whenAwsAnswers(
      async () => {
        asked.push(w.clock.monotonic());
        if (asked.length < 8) throw failure(kind);
        return cloud;
      },
      w,
      w.signal,
    );
    await w.clock.advance(180_000);
    expect(await waiting).toBe(cloud);
    expect(w.messages()).toEqual(Array(7).fill("warn: AWS does not answer, retrying"));
    const pauses = asked.slice(1).map((at, i) => at - (asked[i] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000);
    expect(pauses.at(-1)).toBeGreaterThan((pauses[0] ?? 0) * 5);
  },
);

test.each<[FailureKind, RegExp]>([
  ["credentials", /^AWS credentials are missing or rejected: these are AWS's words\. In a pod give/],
  ["denied", /^AWS credentials are missing or rejected/],
  ["invalid", /^cannot determine the AWS identity \(sts:GetCallerIdentity\): these are AWS's words$/],
])("%s ends the start at once with exit code 2", async (kind, message) => {
  const w = world();
  const refused = whenAwsAnswers(async () => Promise.reject(failure(kind)), w, w.signal);
  await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
});

test("waiting ends when the process is asked to stop", async () => {
  const w = world();
  const waiting = whenAwsAnswers(async () => Promise.reject(failure("unavailable")), w, w.signal);
  const ended = expect(waiting).rejects.toThrow("stop");
  await w.clock.advance(100);
  w.abort.abort(new Error("stop"));
  await ended;
});
