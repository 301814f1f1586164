import { expect, test } from "vitest";
import { prefixOf } from "../../../conformance/names/renaming.ts";
import { cleanRun, conform } from "../../../conformance/run/conform.ts";
import { contents, killedAfter, request, simulated } from "../simulated.ts";

test("everything agrees with the simulator, and nothing is left in the account", async () => {
  const { aws, ports, written } = await simulated();
  const before = contents(aws);
  const code = await conform(request(), ports);
  expect(contents(aws)).toEqual(before);
  expect(code).toBe(0);
  expect([...written.keys()]).toEqual(["2026-11-30-us-east-1.json"]);
});

test.each([5, 40, 110, 300])(
  "a run that was killed after %i calls is removed by --clean, and what is not of it stays",
  async (calls) => {
    const { aws, ports } = await simulated();
    // With the prefix of a run, and without its tag.
    await aws.outside.createSchedulingPolicy({ name: `${prefixOf({ id: "abc123" })}theirs` });
    const before = contents(aws);
    const killed = { ...ports, account: killedAfter(ports.account, calls) };
    await conform(request({ only: "queue" }), killed).catch(() => undefined);
    await cleanRun("abc123", ports);
    expect(contents(aws)).toEqual(before);
  },
);
