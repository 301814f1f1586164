import { expect, it } from "vitest";
import packageManifest from "../../package.json" with { type: "json" };
import { runOrFail } from "../integration/control-plane/run.ts";
import { copyOf } from "./command.ts";
import { exampleNamed } from "./examples.ts";

it("npm start makes the quickstart, and ends with what its job printed", async ({ onTestFinished }) => {
  const directory = copyOf(exampleNamed("quickstart"), onTestFinished);
  const line = packageManifest.scripts.start
    .replaceAll("examples/quickstart", directory)
    .replaceAll("node ", '"$NODE" ');
  const said = await runOrFail("sh", ["-c", line], { environment: { NODE: process.execPath } });
  expect(said).toContain("All 4 objects are ready");
  expect(said.trimEnd().split("\n").at(-1)).toBe("hello world");
});
