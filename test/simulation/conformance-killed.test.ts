import process from "node:process";
import { expect, it } from "vitest";
import { callsOf, leftAfter } from "../conformance/killed.ts";

/** With CONFORMANCE_KILLS=1 each call of a run, otherwise each 16th. */
const step = Number(process.env["CONFORMANCE_KILLS"] ?? 16);

it("--clean leaves nothing of a whole run that was killed, whenever it was", async () => {
  const left: string[] = [];
  for (let call = await callsOf(""); call > 0; call -= step) left.push(...(await leftAfter(call, "")));
  expect(left).toEqual([]);
});
