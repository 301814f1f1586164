import { expect, test } from "vitest";
import { askedBy } from "../../../conformance/account/account.ts";
import { conform } from "../../../conformance/run/conform.ts";
import { callsOf, leftAfter } from "../killed.ts";
import { contents, request, simulated, simulatedInProcess } from "../simulated.ts";

test("everything agrees with the simulator, in less than 20 minutes and five calls a second, and nothing is left", async () => {
  const { aws, ports, written, ended } = await simulated({ stalenessMs: 3000 });
  const before = contents(aws);
  const times: number[] = [];
  const account = askedBy(ports.account, (ask) => (operation, input) => {
    times.push(ports.time.now());
    return ask(operation, input);
  });
  const code = await ended(conform(request(), { ...ports, account }));
  expect(contents(aws)).toEqual(before);
  expect(code).toBe(0);
  expect([...written.keys()]).toEqual(["2026-11-30-us-east-1.json"]);
  // docs/conformance.md names both.
  expect(times.length).toBeLessThan(1500);
  expect(ports.time.now()).toBeLessThan(15 * 60_000);
  expect(times.filter((time, at) => time - (times[at - 5] ?? Number.NEGATIVE_INFINITY) < 999)).toEqual([]);
});

test("--clean leaves nothing of a run that was killed at any of its calls", async () => {
  const only = "quota";
  const left: string[] = [];
  for (let call = await callsOf(only); call > 0; call--) left.push(...(await leftAfter(call, only)));
  expect(left).toEqual([]);
});

test.each([12, 60, 200, 330, 500, 900])(
  "Ctrl-C at call %i removes what the run has made, and says so",
  async (call) => {
    const { aws, ports, printed, ended, interrupt } = await simulatedInProcess({ stalenessMs: 3000 });
    const before = contents(aws);
    let made = 0;
    const account = askedBy(ports.account, (ask) => (operation, input) => {
      made += 1;
      if (made === call) interrupt();
      return ask(operation, input);
    });
    const run = ended(conform(request(), { ...ports, account }));
    if (call < 30) await expect(run).rejects.toThrow("the run was interrupted");
    else {
      expect(await run).toBe(1);
      expect(printed).toContain("The run was interrupted.\n");
      expect(printed).toContain("Nothing of the run abc123 is left.\n");
    }
    expect(contents(aws)).toEqual(before);
  },
);
