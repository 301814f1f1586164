/**
 * `npm run bench:clients`: resident memory of a process after each AWS client that it loads, bundled like the operator,
 * and uses once. No call succeeds: the endpoint refuses connections.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { table } from "./table.ts";

const source = fileURLToPath(new URL("../src", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "bench-clients-"));

const probe = `
const mebibytes = () => { gc(); gc(); return process.memoryUsage.rss() / 2 ** 20; };
const settled = async () => { await new Promise((resolve) => setTimeout(resolve, 500)); return mebibytes(); };
const out = [["Node alone", mebibytes()]];
const { sdkBatch } = await import(${JSON.stringify(join(source, "aws/batch-sdk.ts"))});
await sdkBatch({ region: "us-east-1", onAnswered: undefined }).describeJobQueues({}).catch(() => {});
out.push(["with the client of Batch", await settled()]);
const { sdkIam } = await import(${JSON.stringify(join(source, "aws/iam-sdk.ts"))});
await sdkIam({ region: "us-east-1", onAnswered: undefined }).getRole({ RoleName: "none" }).catch(() => {});
out.push(["and IAM", await settled()]);
const { sdkEc2 } = await import(${JSON.stringify(join(source, "aws/ec2-sdk.ts"))});
await sdkEc2({ region: "us-east-1", onAnswered: undefined }).describeSubnets({}).catch(() => {});
out.push(["and EC2", await settled()]);
console.log(JSON.stringify(out));
`;

try {
  const entry = join(directory, "probe.ts");
  writeFileSync(entry, probe);
  await build({
    entryPoints: [entry],
    outdir: join(directory, "dist"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    minify: true,
    splitting: true,
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  const environment = {
    ...process.env,
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
  };
  const program = join(directory, "dist/probe.mjs");
  const text = execFileSync(process.execPath, ["--expose-gc", program], { env: environment, encoding: "utf8" });
  const rows = JSON.parse(text) as readonly (readonly [string, number])[];
  const lines = rows.map(([what, size], at) => [
    what,
    size.toFixed(1),
    at === 0 ? "" : (size - (rows[at - 1]?.[1] ?? 0)).toFixed(1),
  ]);
  table("Resident memory, MiB", ["process", "all", "added"], lines);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
