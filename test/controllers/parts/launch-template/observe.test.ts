import { describe, expect, it } from "vitest";
import { reconcileRequestedAtAnnotation } from "../../../../src/api/v1alpha1/annotations.ts";
import type { BatchComputeEnvironment } from "../../../../src/api/v1alpha1/batch-compute-environment.ts";
import { AwsError } from "../../../../src/aws/errors.ts";
import { observeTemplates, type TemplateMemories } from "../../../../src/controllers/parts/launch-template/observe.ts";
import type { Ports } from "../../../../src/controllers/ports.ts";
import type { NetworkFacts } from "../../../../src/network/facts.ts";
import type { NetworkReading, NetworkRequest } from "../../../../src/network/port.ts";
import { VirtualClock } from "../../../../src/runtime/clock.ts";
import { ec2, now, object, withResources } from "../../kinds/compute-environment/given.ts";

const signal = new AbortController().signal;
const minute = 60_000;

type Templates = NetworkFacts["launchTemplates"];
type Found = Extract<Templates, { kind: "read" }>["value"][number];
type Answer = Templates | Error | "late";

const version = (reference: string, requested: string, number: number | undefined): Found =>
  ({ by: "name", reference, requested, version: number }) as Found;
const read = (...value: readonly Found[]): Templates => ({ kind: "read", value });

function world(answer: () => Answer) {
  const clock = new VirtualClock(now);
  const asked: { readonly names: readonly string[]; readonly maxAgeMs: number }[] = [];
  const network = {
    of: async ({ launchTemplates }: NetworkRequest, { maxAgeMs }: NetworkReading) => {
      const names = launchTemplates.map(({ reference, version: requested }) => `${reference}:${requested}`);
      asked.push({ names, maxAgeMs });
      const given = answer();
      if (given instanceof Error) throw given;
      if (given === "late") return await new Promise(() => undefined);
      return { launchTemplates: given, gatheredAt: now };
    },
  };
  const ports = { clock, regions: { ec2: async () => ({ network }) } } as unknown as Ports;
  const memories: TemplateMemories = new Map();
  const pass = (whole: BatchComputeEnvironment) => observeTemplates(whole, ports, memories, signal);
  return { clock, asked, memories, pass };
}

const named = (launchTemplate: object, change: object = {}): BatchComputeEnvironment => {
  const whole = object(withResources(ec2, { launchTemplate: launchTemplate as never }));
  return { ...whole, metadata: { ...whole.metadata, ...change } };
};
const latest = named({ launchTemplateName: "a", version: "$Latest" });

describe("what $Latest and $Default are", () => {
  it.each([
    ["without a launch template", object(ec2)],
    ["where all versions are numbers", named({ launchTemplateName: "a", version: "3" })],
    ["of what is being deleted", named({ launchTemplateName: "a" }, { deletionTimestamp: "2026-01-01T00:00:00Z" })],
  ])("is not asked %s", async (_name, whole) => {
    const { asked, memories, pass } = world(() => read());
    expect(await pass(whole)).toBeUndefined();
    expect([asked, memories.size]).toEqual([[], 0]);
  });

  it("is the number that EC2 says, also of overrides; what is a number is not asked", async () => {
    const overrides = [{ launchTemplateName: "b" }, { launchTemplateName: "c", version: "4" }];
    const { asked, pass } = world(() => read(version("a", "$Latest", 7), version("b", "$Default", 3)));
    const whole = named({ launchTemplateName: "a", version: "$Latest", overrides });
    expect(await pass(whole)).toEqual({ version: "7/3/4", checkInMs: 10 * minute + 1000 });
    expect(asked).toEqual([{ names: ["a:$Latest", "b:$Default"], maxAgeMs: 10 * minute }]);
  });

  it("may be an answer of ten minutes ago, but not of before somebody asked again", async () => {
    const { clock, asked, pass } = world(() => read(version("a", "$Latest", 7)));
    await pass(latest);
    await clock.advance(4 * minute);
    expect((await pass(latest))?.checkInMs).toBe(6 * minute + 1000);
    const again = named(
      { launchTemplateName: "a", version: "$Latest" },
      { annotations: { [reconcileRequestedAtAnnotation]: "2026-01-01T12:00:00Z" } },
    );
    await pass(again);
    await clock.advance(minute);
    await pass(again);
    expect(asked.map(({ maxAgeMs }) => maxAgeMs / minute)).toEqual([10, 10, 0, 1]);
  });

  it.each<[string, Answer, string]>([
    ["the part is not read", { kind: "unread", permission: undefined, message: "denied" }, "denied"],
    [
      "one is not read",
      read({ ...version("a", "$Latest", undefined), unread: { kind: "unread", message: "throttled" } } as never),
      "throttled",
    ],
    ["there is no such template", read(), "EC2 has no launch template a"],
    ["there is no such version", read(version("a", "$Latest", undefined)), "launch template a has no version $Latest"],
  ])("is not known, and says why, when %s", async (_name, answer, why) => {
    const { pass } = world(() => answer);
    expect(await pass(latest)).toMatchObject({ version: undefined, why });
  });

  it("is not known while AWS cannot be reached, and a defect of ours is not hidden", async () => {
    const error = new AwsError("denied", "sts:AssumeRole", "AccessDenied", "no");
    expect(await world(() => error).pass(latest)).toMatchObject({ version: undefined, why: "sts:AssumeRole: no" });
    await expect(world(() => new TypeError("ours")).pass(latest)).rejects.toThrow("ours");
  });

  it("is waited for once, and stays what it was while EC2 does not answer", async () => {
    let answer: Answer = "late";
    const { clock, pass } = world(() => answer);
    const first = pass(latest);
    await clock.advance(2000);
    expect(await first).toEqual({ version: undefined, checkInMs: 1000 });
    answer = read(version("a", "$Latest", 7));
    expect((await pass(latest))?.version).toBe("7");
    answer = "late";
    const third = pass(latest);
    await clock.advance(0);
    expect(await third).toEqual({ version: "7", checkInMs: 1000 });
  });
});
