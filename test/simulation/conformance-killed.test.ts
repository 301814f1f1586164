import { expect, it } from "vitest";
import { callsOf, leftAfter, stepOf } from "../conformance/killed.ts";

it.for([
  ["of all facts", {}],
  ["of some facts in a network of its own", { network: "own", only: "DeleteJobQueue" }],
  ["of facts of an instance", { instances: true, only: "RUNS" }],
] as const)("--clean leaves nothing of a run %s that was killed, whenever it was", async ([, change]) => {
  const left: string[] = [];
  for (let call = await callsOf(change); call > 0; call -= stepOf(16)) left.push(...(await leftAfter(call, change)));
  expect(left).toEqual([]);
});
