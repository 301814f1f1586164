import { expect, test } from "vitest";
import { conform } from "../../../conformance/run/conform.ts";
import { contents, request, simulated } from "../simulated.ts";

test("everything agrees with the simulator, and nothing is left in the account", async () => {
  const { aws, ports, written } = await simulated();
  const before = contents(aws);
  const code = await conform(request(), ports);
  expect(contents(aws)).toEqual(before);
  expect(code).toBe(0);
  expect([...written.keys()]).toEqual(["2026-11-30-us-east-1.json"]);
});
