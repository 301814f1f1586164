import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { motoPython, startMoto } from "../control-plane/moto.ts";
import { run, runOrFail } from "../control-plane/run.ts";
import { awsEnvironment } from "../operator/operator-process.ts";
import { motoFront } from "./moto-front.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("an account that boto3 makes in moto is imported, and plan finds nothing but adoptions", async ({
  onTestFinished,
}) => {
  const moto = await startMoto();
  onTestFinished(() => moto.stop());
  const front = await motoFront(moto.url);
  onTestFinished(() => front.close());
  const directory = mkdtempSync(join(tmpdir(), "moto-import-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const python = await motoPython();
  const region = "us-east-1";
  const environment = { ...awsEnvironment(front.url), AWS_REGION: region, AWS_DEFAULT_REGION: region };
  const prepared = await runOrFail(python, [join(root, "test/integration/stories/moto-account.py")], { environment });
  const variables = Object.fromEntries(
    prepared
      .trimEnd()
      .split("\n")
      .map((line) => line.split("=") as [string, string]),
  );
  const account = { ...environment, ...variables };
  await runOrFail(python, [join(root, "examples/migration/account.py")], { environment: account });

  const args = [join(root, "src/main.ts"), "import", "--names", "prod-*", "-n", "team", "-f", directory];
  const { code, stdout, stderr } = await run(process.execPath, args, { environment });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^read \d+ records in \d+ pages of /) });
  expect(stdout).toMatch(/\nplan: 7 adoptions, nothing else\n$/);
  expect(readFileSync(join(directory, region, "jobqueue-prod-nightly.yaml"), "utf8")).toContain("name: prod-spot");
});
