import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { iamCalls } from "../../../src/aws/iam-calls.ts";
import { sdkIam } from "../../../src/aws/iam-sdk.ts";
import { accessDenied } from "../../../src/simulator/faults.ts";
import { inputIn } from "../../../src/simulator/http-query.ts";
import { sdkIn } from "../../aws/given.ts";
import { play, script } from "../../aws/iam-script.ts";
import { account, trustOf } from "../account.ts";
import { serveChecked } from "../checked-server.ts";

const instant = { iamVisibleMs: 0, iamPropagationMs: 0 };

afterEach(() => {
  vi.unstubAllEnvs();
});

async function served() {
  const { aws } = account(instant);
  const { url, close } = await serveChecked(aws, { port: 0 });
  onTestFinished(close);
  vi.stubEnv("AWS_ENDPOINT_URL", url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "any");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "any");
  const iam = sdkIam(sdkIn());
  onTestFinished(() => iam.close());
  return { aws, url, iam };
}

describe("IAM of the simulator over HTTP", () => {
  it("gives the SDK for every call what it gives in this process", async () => {
    expect(new Set(script.map(([name]) => name))).toEqual(new Set(Object.keys(iamCalls)));
    const { aws, iam } = await served();
    const inProcess = account(instant).aws;
    expect(await play(iam)).toEqual(await play(inProcess.iam));
    const state = (one: typeof aws) => [
      ...one.truth.roles().map(({ createdAt: _when, id: _id, ...role }) => role),
      ...one.truth.instanceProfiles().map(({ createdAt: _when, id: _id, ...profile }) => profile),
    ];
    expect(state(aws)).toEqual(state(inProcess));
    expect(state(aws)).toHaveLength(4);
  });

  it("gives faults as IAM words them, and answers nothing when the answer is lost", async () => {
    const { aws, iam } = await served();
    aws.faults.add({ on: "DeleteRole", fault: accessDenied("DeleteRole", "iam"), times: 1 });
    await expect(iam.deleteRole({ RoleName: "r" })).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringContaining("not authorized to perform: iam:DeleteRole"),
      $metadata: { httpStatusCode: 403 },
    });
    aws.faults.add({ on: "CreateRole", fault: { kind: "loseResponse" }, times: 1 });
    const lost = iam.createRole({ RoleName: "r", AssumeRolePolicyDocument: trustOf("batch.amazonaws.com") });
    await expect(lost).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(aws.truth.roles()).toMatchObject([{ name: "r" }]);
  });

  it.each([
    ["an operation that nobody has", "Action=DropTable&Version=2010-05-08", 400, "InvalidAction"],
    ["another version", "Action=GetRole&Version=2000-01-01", 400, "InvalidAction"],
    ["a name that spells no member", "Action=TagRole&Version=2010-05-08&Tags.member.5.Key=a", 400, "MalformedInput"],
    ["a name of the language", "Action=TagRole&Version=2010-05-08&__proto__.x=a", 400, "MalformedInput"],
  ])("refuses %s", async (_case, body, status, code) => {
    const { url } = await served();
    const response = await fetch(url, { method: "POST", body });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(`<Code>${code}</Code>`);
  });

  it("reads the members that a form spells", () => {
    const form = new URLSearchParams(
      "Action=X&Version=Y&RoleName=r&Tags.member.1.Key=a&Tags.member.1.Value=&Tags.member.2.Key=b&TagKeys=&MaxItems=3&A.member.1=x&A.member.2=y",
    );
    expect(inputIn(form)).toEqual({
      RoleName: "r",
      Tags: [{ Key: "a", Value: "" }, { Key: "b" }],
      TagKeys: [],
      MaxItems: 3,
      A: ["x", "y"],
    });
  });
});
