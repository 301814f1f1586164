import { expect, test } from "vitest";
import { isCi, promtool } from "../../scripts/test/tools.ts";
import { run } from "../integration/control-plane/run.ts";

test.skipIf(!isCi() && promtool.missing() !== undefined)(
  "every alert fires where it should and is silent where it should be, says promtool",
  async () => {
    const { code, stdout, stderr } = await run("promtool", ["test", "rules", "test/packaging/monitoring/alerts.yaml"]);
    expect({ code, said: code === 0 ? "" : `${stdout}${stderr}` }).toEqual({ code: 0, said: "" });
  },
);
