import { describe, expect, it } from "vitest";
import type { RegisterJobDefinitionRequest } from "../../../../src/aws/batch.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import type { TagChange } from "../../../../src/aws/region.ts";
import { act } from "../../../../src/controllers/kinds/job-definition/act.ts";
import type { Action } from "../../../../src/controllers/kinds/job-definition/action.ts";
import { registeredAtTag } from "../../../../src/controllers/ownership/ownership.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { definition, now } from "./seen.ts";

/** Keeps what is written; refuses what concerns `refused`. */
function recordingRegion(refused?: string) {
  const writes: unknown[] = [];
  const write = async (what: unknown, about: string): Promise<void> => {
    writes.push(what);
    if (about === refused) throw new AwsError("denied", "batch:Test", "AccessDeniedException", "no");
  };
  return {
    writes,
    registerJobDefinition: (request: RegisterJobDefinitionRequest) => write(request, request.jobDefinitionName ?? ""),
    deregisterJobDefinition: (name: string) => write(name, name),
    changeTags: (arn: string, change: TagChange) => write([arn, change], arn),
  };
}

const { signal } = new AbortController();
const carryOut = (action: Action, region: ReturnType<typeof recordingRegion>, object = definition()) =>
  act(action, object, region, { clock: new VirtualClock(now) }, signal);

describe("act", () => {
  it("registers the spec's body under AWS's names with all tags, and none of the operator's own fields", async () => {
    const region = recordingRegion();
    const object = definition({
      region: "eu-west-1",
      jobDefinitionName: "given",
      tags: { team: "x" },
      revisionHistoryLimit: 3,
      revisionMinAgeSeconds: 60,
      deletionPolicy: "Retain",
      adoptionPolicy: "IfExists",
      parameters: { p: "1" },
      timeout: { attemptDurationSeconds: 60 },
    });
    const action: Action = { kind: "register", name: "given", fingerprint: "v1:0", tags: { team: "x", own: "1" } };
    await carryOut(action, region, object);
    expect(region.writes).toEqual([
      {
        jobDefinitionName: "given",
        type: "container",
        containerProperties: { image: "busybox:1" },
        parameters: { p: "1" },
        timeout: { attemptDurationSeconds: 60 },
        tags: { team: "x", own: "1", [registeredAtTag]: "2026-01-15T00:00:00.000Z" },
      },
    ]);
  });

  it("registers with the time that the plan gives, when that is still to come", async () => {
    const region = recordingRegion();
    const action: Action = { kind: "register", name: "given", fingerprint: "v1:0", tags: {}, notBefore: now + 1000 };
    await carryOut(action, region);
    await carryOut({ ...action, notBefore: now - 1000 }, region);
    expect(region.writes).toMatchObject([
      { tags: { [registeredAtTag]: "2026-01-15T00:00:01.000Z" } },
      { tags: { [registeredAtTag]: "2026-01-15T00:00:00.000Z" } },
    ]);
  });

  it("deregisters one after the other, up to the first refusal", async () => {
    const region = recordingRegion("job:2");
    const action: Action = { kind: "deregister", purpose: "history", names: ["job:1", "job:2", "job:3"] };
    await expect(carryOut(action, region)).rejects.toThrow(AwsError);
    expect(region.writes).toEqual(["job:1", "job:2"]);
  });

  it("changes tags one after the other, up to the first refusal", async () => {
    const region = recordingRegion("arn:2");
    const change = { set: { a: "b" }, remove: [] };
    const items = ["arn:1", "arn:2", "arn:3"].map((arn) => ({ name: arn, arn, change }));
    await expect(carryOut({ kind: "tag", purpose: "takeOver", items }, region)).rejects.toThrow(AwsError);
    expect(region.writes).toEqual([
      ["arn:1", change],
      ["arn:2", change],
    ]);
  });
});
