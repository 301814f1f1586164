import { expect } from "vitest";
import type { Cloud } from "../../../src/operator/cloud.ts";
import type { Clock } from "../../../src/runtime/clock.ts";
import type { SimulatedAws } from "../../../src/simulator/simulated-aws.ts";
import type { Replaced } from "../../../src/tools/files/files-below.ts";
import type { Folder } from "../../../src/tools/import/folder.ts";
import { batchOnly } from "../../../src/tools/import/reading.ts";
import type { Report } from "../../../src/tools/import/report.ts";
import { type ImportOptions, importAccount } from "../../../src/tools/import/run.ts";
import { ReadAccount } from "../../../src/tools/plan/copy/cloud.ts";
import { documentsOf } from "../../../src/tools/validation/manifests.ts";

/** A directory in memory. */
export class MemoryFolder implements Folder {
  readonly files: Map<string, string>;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.files = new Map(Object.entries(files));
  }

  async load() {
    const manifests = [...this.files].filter(([file]) => file.endsWith(".yaml"));
    const loaded = manifests.map(([file, text]) => documentsOf(file, text));
    return {
      documents: loaded.flatMap(({ documents }) => documents),
      problems: loaded.flatMap(({ problems }) => problems),
      files: manifests.map(([file]) => file),
    };
  }

  pathOf(file: string): string {
    return file;
  }

  read(file: string): string | undefined {
    return this.files.get(file);
  }

  write(file: string, text: string, replaced: Replaced): void {
    expect(this.files.get(file)).toBe(typeof replaced === "object" ? replaced.text : undefined);
    this.files.set(file, text);
  }
}

/** The account as a command sees it. */
export function cloudOf(regions: Readonly<Record<string, SimulatedAws>>): Cloud {
  const [[region, first]] = Object.entries(regions) as [[string, SimulatedAws]];
  return {
    account: first.account,
    region,
    label: "simulated AWS",
    async connect(name) {
      const { batch, iam, ec2, logs } = regions[name] as SimulatedAws;
      const { account } = first;
      const others = { iam: async () => iam, ec2: async () => ec2, logs: async () => logs };
      return { account, partition: "aws", batch, ...others, close: () => undefined };
    },
  };
}

export const usual: ImportOptions = {
  regions: ["us-east-1"],
  namespace: "team",
  names: ["*"],
  retain: false,
  keptValues: [],
  dryRun: false,
  roles: "keep",
  clusterName: "default",
  source: undefined,
  flags: {},
};

/** Imports what is in an account of one or more regions. */
export async function imported(
  regions: Readonly<Record<string, SimulatedAws>>,
  { clock, folder }: { readonly clock: Clock; readonly folder: Folder },
  options: Partial<ImportOptions> = {},
): Promise<Report> {
  const { signal } = new AbortController();
  const account = new ReadAccount(
    batchOnly(cloudOf(regions), () => undefined),
    { clock, requestsPerSecond: 10_000, signal },
  );
  const all = { ...usual, regions: Object.keys(regions), ...options };
  return await importAccount(all, { account, folder, clock, signal });
}
