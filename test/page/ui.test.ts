import { expect, test } from "vitest";
import { runCli } from "../../src/program.ts";
import { testIo } from "../tools/streams.ts";

test.each([
  [["-f", "examples/quickstart"], "give both -f DIR and --simulate, or a --kubeconfig"],
  [["--simulate"], "give both -f DIR and --simulate, or a --kubeconfig"],
  [["--kubeconfig", "k", "--speed", "2"], "--speed needs -f DIR --simulate, because the speed of AWS is fixed"],
  [
    ["-f", "examples/quickstart", "--simulate", "-n", "team"],
    "--kubeconfig and -n are for a cluster: leave them out with -f DIR --simulate",
  ],
])("ui %s is refused", async (args, why) => {
  const { io, stderr } = testIo();
  expect(await runCli(["ui", ...args], io)).toBe(1);
  expect(stderr.text).toBe(`error: ${why}\n`);
});
