import { describe, expect, it } from "vitest";
import { AwsError, type FailureKind } from "../../../src/aws/errors.ts";
import { newEc2Memory, refusedLately, writeFor, writerOf } from "../../../src/controllers/parts/ec2-memory.ts";
import { RefusalNoted } from "../../../src/controllers/pass/failures.ts";
import { type CurrentRefusal, currentRefusal, writesText } from "../../../src/controllers/pass/refused-writes.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";
import { object as given } from "../kinds/compute-environment/given.ts";

const object = given();
const writes = [{ kind: "createInterface", serviceName: "ecs" }];
const minute = 60_000;

function world() {
  const clock = new VirtualClock();
  const memory = newEc2Memory();
  const refuse = (kind: FailureKind, what: readonly unknown[] = writes): Promise<void> =>
    writeFor(memory, writerOf(object), what, clock, async () => {
      throw new AwsError(kind, "ec2:CreateVpcEndpoint", "Some", "No room.");
    });
  const all = () => refusedLately(memory, writerOf(object), clock.monotonic());
  const known = () => all().get(writesText(writes));
  return { clock, memory, refuse, all, known };
}

describe("writes that EC2 refused", () => {
  it("are remembered with its words and the next step, for these writes", async () => {
    const { refuse, all } = world();
    await expect(refuse("quota")).rejects.toBeInstanceOf(RefusalNoted);
    expect(currentRefusal(all(), writes)).toEqual({
      kind: "blocked",
      reason: "QuotaExceeded",
      message: expect.stringMatching(/^ec2:CreateVpcEndpoint was refused: No room\. A quota/) as string,
      checkInMs: 5 * minute,
    });
    expect(currentRefusal(all(), [])).toBeUndefined();
  });

  it.each<[FailureKind, number[]]>([
    ["quota", [5, 10, 10]],
    ["denied", [5, 10, 10]],
    ["notFound", [1, 2, 4, 8, 10]],
    ["notReady", [1, 2, 4, 8, 10]],
  ])("are tried again later each time (%s)", async (kind, minutes) => {
    const { clock, refuse, known } = world();
    for (const delay of minutes) {
      await refuse(kind).catch(() => undefined);
      expect(known()?.againInMs).toBe(delay * minute);
      await clock.advance(delay * minute - 1);
      expect(known()?.againInMs).toBe(1);
      await clock.advance(1);
      expect(known()).toBeUndefined();
    }
  });

  it.each<[FailureKind, CurrentRefusal["kind"], number | undefined]>([
    ["invalid", "blocked", undefined],
    ["quota", "blocked", undefined],
    ["unknown", "blocked", undefined],
    ["denied", "wait", 5 * minute],
    ["notReady", "wait", 10 * minute],
    ["notFound", "wait", 10 * minute],
    ["inUse", "wait", 30 * minute],
    ["throttled", "wait", undefined],
  ])("are for a person at the same mark as those of AWS Batch and IAM: %s", async (kind, expected, stallsAfterMs) => {
    const { refuse, all } = world();
    await refuse(kind).catch(() => undefined);
    const current = currentRefusal(all(), writes);
    expect([current?.kind, current?.stallsAfterMs]).toEqual([expected, stallsAfterMs]);
  });

  it("are remembered each by itself, and forgotten when they are not tried again", async () => {
    const { clock, memory, refuse, all, known } = world();
    await refuse("quota").catch(() => undefined);
    await clock.advance(minute);
    await refuse("quota", ["other"]).catch(() => undefined);
    expect([...all().values()].map(({ againInMs }) => againInMs)).toEqual([4 * minute, 5 * minute]);
    await clock.advance(15 * minute);
    await refuse("quota", ["other"]).catch(() => undefined);
    expect(known()).toBeUndefined();
    expect([...(memory.refused.get(object.metadata.uid)?.keys() ?? [])]).toEqual(['["other"]']);
  });

  // An answer of EC2's own fault may come for hours: what serves must not wait for its end.
  it.each<FailureKind>(["throttled", "unavailable", "busy"])(
    "are waited for, a short while each time, when it passes by itself: %s",
    async (kind) => {
      const { clock, refuse, all, known } = world();
      for (const delay of [6, 12, 24, 48, 60, 60]) {
        await expect(refuse(kind)).rejects.toBeInstanceOf(RefusalNoted);
        expect(currentRefusal(all(), writes)).toMatchObject({ kind: "wait", checkInMs: delay * 1000 });
        await clock.advance(delay * 1000);
        expect(known()).toBeUndefined();
      }
    },
  );

  it("are tried again as what refused them last, whatever did before", async () => {
    const { refuse, known } = world();
    for (const [kind, delayMs] of [
      ["quota", 5 * minute],
      ["throttled", minute],
      ["quota", 5 * minute],
    ] as const) {
      await refuse(kind).catch(() => undefined);
      expect(known()?.againInMs).toBe(delayMs);
    }
  });

  it("are neither remembered nor reported of an object that is being deleted", async () => {
    const { clock, memory, refuse } = world();
    const going = { ...object, metadata: { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    await refuse("quota").catch(() => undefined);
    expect(refusedLately(memory, writerOf(going), clock.monotonic()).size).toBe(0);
    const again = writeFor(memory, writerOf(going), writes, clock, async () => {
      throw new AwsError("quota", "ec2:CreateVpcEndpoint", "Some", "No room.");
    });
    await expect(again).rejects.toBeInstanceOf(AwsError);
  });

  it("take no memory where nothing was refused", async () => {
    const { clock, memory } = world();
    await writeFor(memory, writerOf(object), writes, clock, async () => undefined);
    expect(refusedLately(memory, writerOf(object), clock.monotonic()).size).toBe(0);
    expect(memory.refused.size).toBe(0);
  });

  it("are nothing else that goes wrong", async () => {
    const { memory, clock } = world();
    const broken = writeFor(memory, writerOf(object), writes, clock, async () => {
      throw new TypeError("a fault of ours");
    });
    await expect(broken).rejects.toBeInstanceOf(TypeError);
  });
});
