import process from "node:process";
import { expect, test } from "vitest";
import { run } from "../integration/control-plane/run.ts";

const there = await run("promtool", ["--version"]).then(
  ({ code }) => code === 0,
  () => false,
);

// Under CI it has to be there: then the test fails without it.
test.skipIf(!there && process.env["CI"] === undefined)(
  "every alert fires where it should and is silent where it should be, says promtool (Debian: prometheus)",
  async () => {
    const { code, stdout, stderr } = await run("promtool", ["test", "rules", "test/packaging/monitoring/alerts.yaml"]);
    expect({ code, said: code === 0 ? "" : `${stdout}${stderr}` }).toEqual({ code: 0, said: "" });
  },
);
