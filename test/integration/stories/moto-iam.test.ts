import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createIamAccount } from "../../../src/aws/cached-iam.ts";
import type { IamApi } from "../../../src/aws/iam.ts";
import type { IamReading } from "../../../src/aws/iam-account.ts";
import { guardedIam } from "../../../src/aws/iam-calls.ts";
import { sdkIam } from "../../../src/aws/iam-sdk.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { readOnlyGuard } from "../../../src/tools/read-only.ts";
import { sdkIn } from "../../aws/given.ts";
import { managedPolicies, play } from "../../aws/iam-script.ts";
import { account } from "../../simulator/account.ts";
import { type Moto, startMoto } from "../control-plane/moto.ts";

/** IAM of the operator: the same calls to an IAM that was not written here and to the simulator's. */
describe("IAM by the SDK, against moto", () => {
  let moto: Moto;
  let iam: IamApi & { close(): void };

  beforeAll(async () => {
    moto = await startMoto();
    for (const [name, value] of Object.entries({
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    })) {
      vi.stubEnv(name, value);
    }
    iam = sdkIam(sdkIn());
  });

  afterAll(async () => {
    iam?.close();
    await moto?.stop();
    vi.unstubAllEnvs();
  });

  test("answers every call as the simulator does, and both end in the same state", async () => {
    const simulated = account({ iamVisibleMs: 0, iamPropagationMs: 0 }).aws;
    const [answers, expected] = [await play(iam), await play(simulated.iam)];
    const different = answers.flatMap((answer, at) =>
      answer === expected[at] ? [] : [{ answer, ours: expected[at] }],
    );
    // What moto does and AWS does not, by its documentation.
    expect(different.map(({ answer }) => answer)).toEqual([
      expect.stringMatching(/^createRole: .*role\/broken/),
      expect.stringMatching(/^listAttachedRolePolicies: .*AWSBatchServiceRole.*"IsTruncated":true/),
      expect.stringMatching(/^listInstanceProfilesForRole: .*"Tags":\[\{"Key":"b","Value":"2"\}\]/),
      expect.stringMatching(/^createServiceLinkedRole: .*AWSServiceRoleForbatch"/),
    ]);
    expect(await stateOf(iam)).toEqual(await stateOf(simulated.iam));
  });

  test("has the managed policies that roles of ours hold", async () => {
    const { RoleName } = { RoleName: "holder" };
    await iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
    });
    onTestFinished(() => moto.reset());
    for (const PolicyArn of managedPolicies) await iam.attachRolePolicy({ RoleName, PolicyArn });
    const { AttachedPolicies } = await iam.listAttachedRolePolicies({ RoleName });
    expect(AttachedPolicies?.map(({ PolicyArn }) => PolicyArn).toSorted()).toEqual(managedPolicies.toSorted());
  });
});

/** What the operator would read of the names of the script, by the reader that it uses. */
async function stateOf(raw: IamApi) {
  const clock = systemClock();
  const api = guardedIam(raw, readOnlyGuard({ clock, requestsPerSecond: 1000, why: "reading changes nothing" }));
  const reader = createIamAccount({ api, account: "123456789012", partition: "aws", clock });
  const reading: IamReading = { signal: new AbortController().signal, maxAgeMs: 0 };
  const roles = await Promise.all(["service", "instances", "short-lived"].map((name) => reader.role(name, reading)));
  const profiles = ["instances", "short-lived"].map((name) => reader.profile(name, reading));
  return {
    // IAM promises no order of its lists, and moto's is by random ids.
    roles: roles.map((role) => role && { ...role, attachedPolicyArns: role.attachedPolicyArns.toSorted() }),
    profiles: await Promise.all(profiles),
  };
}
