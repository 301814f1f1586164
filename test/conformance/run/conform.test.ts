import { expect, test } from "vitest";
import { askedBy } from "../../../conformance/account/account.ts";
import type { Result } from "../../../conformance/report/result.ts";
import { conform } from "../../../conformance/run/conform.ts";
import { callsOf, leftAfter, stepOf } from "../killed.ts";
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

test("with an instance and a network of its own, too, and no more than one small instance starts", async () => {
  const { aws, ports, printed, written, ended } = await simulated({ stalenessMs: 3000 });
  const before = contents(aws);
  const most = new Map<string, number>();
  const account = askedBy(ports.account, (ask) => (operation, input) => {
    for (const { computeEnvironmentName, computeResources } of aws.truth.computeEnvironments()) {
      const { desiredvCpus = 0 } = computeResources ?? {};
      const name = computeEnvironmentName ?? "";
      if (desiredvCpus > 0) most.set(name, Math.max(desiredvCpus, most.get(name) ?? 0));
    }
    return ask(operation, input);
  });
  const code = await ended(conform(request({ instances: true, network: "own" }), { ...ports, account }));
  expect(printed.join("\n")).toContain("less than 10 cents: at most one c5.large runs");
  const { facts, times } = JSON.parse([...written.values()][0] ?? "") as Result;
  expect(facts.filter(({ kind }) => kind !== "agrees" && kind !== "not tried")).toEqual([]);
  expect(JSON.stringify(facts)).not.toContain("--instances");
  expect(times.filter(({ verdict }) => verdict !== "agrees")).toEqual([]);
  expect(times.map(({ id }) => id)).toEqual(expect.arrayContaining(["instance", "container", "stop"]));
  expect([...most]).toEqual([["aws-batch-conformance-abc123-small", 2]]);
  expect(contents(aws)).toEqual(before);
  expect(code).toBe(0);
  // docs/conformance.md names it.
  expect(ports.time.now()).toBeLessThan(20 * 60_000);
});

test("--clean leaves nothing of a run that was killed, whenever it was", async () => {
  const some = { only: "quota" };
  const left: string[] = [];
  for (let call = await callsOf(some); call > 0; call -= stepOf(7)) left.push(...(await leftAfter(call, some)));
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
