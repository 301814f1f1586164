import { expect, test } from "vitest";
import type { AwsConnection } from "../../../src/aws/connection.ts";
import type { CloudWithLogs } from "../../../src/operator/cloud.ts";
import { mostRegions, Regions } from "../../../src/page/server/regions.ts";
import { VirtualClock } from "../../../src/runtime/clock.ts";

const { signal } = new AbortController();

function aPage() {
  const opened: string[] = [];
  const closed: string[] = [];
  const clock = new VirtualClock();
  const cloud: CloudWithLogs = {
    account: "123456789012",
    region: "eu-west-1",
    label: "",
    async connect(region) {
      if (region === "refused") throw new Error("no endpoint");
      opened.push(region);
      return { account: "", partition: "aws", batch: {}, close: () => closed.push(region) } as unknown as AwsConnection;
    },
    logs: async (region) => ({ getLogEvents: async () => ({}), close: () => closed.push(`logs of ${region}`) }),
  };
  return { opened, closed, clock, regions: new Regions(cloud, { clock, requestsPerSecond: 2 }) };
}

const nothing = async (): Promise<void> => undefined;

test("300 regions that objects and jobs name are 40 open ones at most, and the others are closed", async () => {
  const { regions, opened, closed } = aPage();
  for (let index = 0; index < 300; index++) await regions.with(`region-${index}`, signal, nothing);
  expect([opened.length, closed.length, regions.names.length]).toEqual([300, 260, mostRegions]);
});

test("no region is closed while somebody reads it: one more is refused", async () => {
  const { regions, closed } = aPage();
  const ended = Promise.withResolvers<void>();
  const reads = Array.from({ length: mostRegions }, (_, index) =>
    regions.with(`region-${index}`, signal, () => ended.promise),
  );
  await expect(regions.with("one-more", signal, nothing)).rejects.toThrow("region one-more is not read, because 40");
  expect(closed).toEqual([]);
  ended.resolve();
  await Promise.all(reads);
  await regions.with("one-more", signal, nothing);
  expect(closed).toEqual(["region-0"]);
});

test("a region is opened once, also by two at the same time, and closed with its logs when nobody used it for ten minutes", async () => {
  const { regions, opened, closed, clock } = aPage();
  const read = () => regions.with("eu-west-1", signal, async (aws) => void (await aws.logs()));
  await Promise.all([read(), read()]);
  await read();
  expect(opened).toEqual(["eu-west-1"]);
  await clock.advance(600_000);
  await regions.with("us-east-1", signal, nothing);
  expect([closed, regions.names]).toEqual([["eu-west-1", "logs of eu-west-1"], ["us-east-1"]]);
});

test("a region that cannot be opened takes no place, and is tried again", async () => {
  const { regions } = aPage();
  for (let index = 0; index < 50; index++) {
    await expect(regions.with("refused", signal, nothing)).rejects.toThrow("no endpoint");
  }
  expect(regions.names).toEqual([]);
});
