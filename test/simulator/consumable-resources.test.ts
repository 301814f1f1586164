import type { CreateConsumableResourceRequest } from "@aws-sdk/client-batch";
import { describe, expect, it } from "vitest";
import { account, accountWithQueue, containerJob, refusal } from "./account.ts";

const arn = (name: string) => `arn:aws:batch:us-east-1:123456789012:consumable-resource/${name}`;
const seats = { consumableResourceName: "seats", totalQuantity: 4 };
const set = (quantity: number, more: object = {}) => ({
  consumableResource: "seats",
  operation: "SET",
  quantity,
  ...more,
});

describe("consumable resources", () => {
  it.each<[string, CreateConsumableResourceRequest, string]>([
    ["a name with a dot", { consumableResourceName: "a.b" }, "Consumable resource name should match a valid pattern."],
    [
      "another type",
      { consumableResourceName: "a", resourceType: "OTHER" },
      "Resource type must be one of [REPLENISHABLE, NON_REPLENISHABLE].",
    ],
    ["a name that is taken", { consumableResourceName: "seats" }, "Object already exists"],
  ])("are refused with %s", async (_case, request, text) => {
    const { aws } = account();
    await aws.batch.createConsumableResource(seats);
    expect(await refusal(aws.batch.createConsumableResource(request))).toBe(`ClientException: ${text}`);
  });

  it("are listed without tags, described with them, and gone after their deletion", async () => {
    const { aws } = account();
    await aws.outside.createConsumableResource({ ...seats, tags: { a: "1" } });
    await aws.outside.createConsumableResource({ consumableResourceName: "keys" });
    const filters = [{ name: "CONSUMABLE_RESOURCE_NAME", values: ["se*"] }];
    expect(await aws.outside.listConsumableResources({ filters })).toEqual({
      consumableResources: [
        {
          consumableResourceArn: arn("seats"),
          consumableResourceName: "seats",
          resourceType: "REPLENISHABLE",
          totalQuantity: 4,
          inUseQuantity: 0,
        },
      ],
    });
    await aws.outside.tagResource({ resourceArn: arn("seats"), tags: { b: "2" } });
    expect(await aws.outside.describeConsumableResource({ consumableResource: arn("seats") })).toMatchObject({
      availableQuantity: 4,
      tags: { a: "1", b: "2" },
    });
    await aws.outside.deleteConsumableResource({ consumableResource: "seats" });
    const gone = `ClientException: ${arn("seats")} does not exist`;
    expect(await refusal(aws.outside.describeConsumableResource({ consumableResource: "seats" }))).toBe(gone);
    expect(await refusal(aws.outside.updateConsumableResource(set(1)))).toBe(gone);
    expect(aws.truth.consumableResources().map((one) => one.consumableResourceName)).toEqual(["keys"]);
  });

  it("take a quantity, or more, or less of it", async () => {
    const { aws } = account();
    await aws.outside.createConsumableResource(seats);
    const total = async (operation: string, quantity: number) =>
      (await aws.outside.updateConsumableResource({ consumableResource: "seats", operation, quantity })).totalQuantity;
    expect([await total("SET", 7), await total("ADD", 2), await total("REMOVE", 20)]).toEqual([7, 9, 0]);
    const unknown = { consumableResource: "seats", operation: "HALVE", quantity: 1 };
    expect(await refusal(aws.outside.updateConsumableResource(unknown))).toMatch(/Operation must be one of/);
  });

  it("take two updates with one token for the same request, for eight hours", async () => {
    const { aws, clock } = account();
    await aws.outside.createConsumableResource(seats);
    const total = async (quantity: number, clientToken: string) =>
      (await aws.outside.updateConsumableResource(set(quantity, { clientToken }))).totalQuantity;
    expect([await total(7, "t"), await total(8, "u"), await total(7, "t")]).toEqual([7, 8, 8]);
    await clock.advance(8 * 3_600_000);
    expect(await total(7, "t")).toBe(7);
  });
});

/** An account with `seats`, and a definition whose jobs hold one of them for ten minutes. */
async function withSeats(totalQuantity: number, more: object = {}, held = 1) {
  const given = await accountWithQueue();
  const { aws, clock } = given;
  await aws.outside.createConsumableResource({ consumableResourceName: "seats", totalQuantity, ...more });
  await aws.outside.registerJobDefinition({
    ...containerJob("jd"),
    consumableResourceProperties: { consumableResourceList: [{ consumableResource: arn("seats"), quantity: held }] },
  });
  const submit = (name: string) =>
    aws.outside.submitPlannedJob(
      { jobName: name, jobQueue: "q", jobDefinition: "jd" },
      { durationMs: 600_000, exitCode: 0 },
    );
  const statuses = () => aws.truth.jobs().map(({ status }) => status);
  const shown = async () => {
    const found = await aws.outside.describeConsumableResource({ consumableResource: "seats" });
    return [found.totalQuantity, found.inUseQuantity, found.availableQuantity];
  };
  return { ...given, clock, submit, statuses, shown };
}

describe("a job that needs a consumable", () => {
  it("waits until there is enough, and gives back what it held", async () => {
    const { submit, clock, statuses, shown } = await withSeats(1);
    for (const name of ["a", "b"]) submit(name);
    await clock.advance(200_000);
    expect([statuses(), await shown()]).toEqual([
      ["RUNNING", "RUNNABLE"],
      [1, 1, 0],
    ]);
    await clock.advance(700_000);
    expect([statuses(), await shown()]).toEqual([
      ["SUCCEEDED", "RUNNING"],
      [1, 1, 0],
    ]);
    await clock.advance(900_000);
    expect([statuses(), await shown()]).toEqual([
      ["SUCCEEDED", "SUCCEEDED"],
      [1, 0, 1],
    ]);
  });

  it("goes on when less is set, and the total falls as jobs end", async () => {
    const { aws, submit, clock, shown } = await withSeats(3);
    for (const name of ["a", "b", "c"]) submit(name);
    await clock.advance(200_000);
    expect((await aws.outside.updateConsumableResource(set(1))).totalQuantity).toBe(3);
    expect(await shown()).toEqual([3, 3, 0]);
    await clock.advance(900_000);
    expect(await shown()).toEqual([1, 0, 1]);
  });

  it("waits for one that is gone, and for one that is created again under its name", async () => {
    const { aws, submit, clock, statuses, shown } = await withSeats(1);
    submit("a");
    await clock.advance(200_000);
    await aws.outside.deleteConsumableResource({ consumableResource: "seats" });
    submit("b");
    await clock.advance(100_000);
    expect(statuses()).toEqual(["RUNNING", "RUNNABLE"]);
    await aws.outside.createConsumableResource({ consumableResourceName: "seats", totalQuantity: 2 });
    expect(await shown()).toEqual([2, 1, 1]);
    await clock.advance(200_000);
    expect(statuses()).toEqual(["RUNNING", "RUNNING"]);
  });

  it.each([
    [true, [1, 0, 1], [5, 0, 5]],
    [false, [3, 0, 1], [5, 0, 5]],
  ])("uses it up, whether or not its total falls: %j", async (usedUpLowersTotal, after, refilled) => {
    const { aws, submit, clock, shown } = await withSeats(3, { resourceType: "NON_REPLENISHABLE" }, 2);
    aws.knobs.usedUpLowersTotal = usedUpLowersTotal;
    submit("a");
    await clock.advance(900_000);
    expect(await shown()).toEqual(after);
    await aws.outside.updateConsumableResource(set(5));
    expect(await shown()).toEqual(refilled);
  });

  it("is listed with what it needs, by status and name", async () => {
    const { aws, submit, clock } = await withSeats(1);
    for (const name of ["first", "second"]) submit(name);
    await clock.advance(200_000);
    const listed = async (...filters: { name: string; values: string[] }[]) =>
      (await aws.outside.listJobsByConsumableResource({ consumableResource: "seats", filters })).jobs?.map(
        ({ jobName, jobStatus, quantity }) => [jobName, jobStatus, quantity],
      );
    expect(await listed()).toEqual([
      ["first", "RUNNING", 1],
      ["second", "RUNNABLE", 1],
    ]);
    expect(await listed({ name: "JOB_STATUS", values: ["RUNNABLE"] })).toEqual([["second", "RUNNABLE", 1]]);
    expect(await listed({ name: "JOB_NAME", values: ["fir*"] })).toEqual([["first", "RUNNING", 1]]);
    expect(await refusal(aws.outside.listJobsByConsumableResource({ consumableResource: "none" }))).toMatch(
      /not exist/,
    );
  });

  it("holds it after a restart of the simulator", async () => {
    const { aws, submit, clock } = await withSeats(2);
    submit("a");
    await clock.advance(200_000);
    const again = account();
    again.aws.restore(aws.snapshot());
    const found = await again.aws.outside.describeConsumableResource({ consumableResource: "seats" });
    expect([found.totalQuantity, found.inUseQuantity]).toEqual([2, 1]);
  });
});
