import { Command, Option } from "commander";
import { counted } from "../diagnosis/words.ts";
import { systemClock } from "../runtime/clock.ts";
import { visible } from "../runtime/visible.ts";
import { realCloud } from "./cloud.ts";
import { ListOption, type OperatorFlags, operatorOptions } from "./flags.ts";
import { folderAt } from "./import/folder.ts";
import { batchOnly, type Progress } from "./import/reading.ts";
import { isComplete, type Report, reportJson, reportMarkdown, reportText, secretText } from "./import/report.ts";
import { importAccount } from "./import/run.ts";
import { CommandError, type Ending, exitCodes, type Io, type Output, styleOf } from "./io.ts";
import { ReadAccount } from "./plan/copy/cloud.ts";
import { namespaceName } from "./run/options.ts";
import { defaultRequestsPerSecond } from "./settings.ts";
import { asciiOutput } from "./terminal/ascii.ts";
import { paintFor } from "./terminal/paint.ts";

interface ImportFlags extends Omit<OperatorFlags, "region"> {
  readonly names?: readonly string[];
  readonly region?: readonly string[];
  readonly namespace?: string;
  readonly filename?: string;
  readonly dryRun?: boolean;
  readonly retain?: boolean;
  readonly output: "text" | "json" | "markdown";
}

const afterHelp = `
The command reads compute environments, job queues and the newest ACTIVE revision of each job definition, and writes one
manifest for each, in a folder for each region. A manifest leaves out what AWS has by default, refers to imported objects
instead of ARNs, and has adoptionPolicy: IfMatching. Roles, networks and images stay named by ARN or ID. The account gets
no write.

A value that is probably a secret is not written: the file has a TODO in its place, and stderr lists it. Tags of other
tools are left out. Then the command validates the manifests, plans them, and prints the flags that the operator needs.

Run it again into the same directory to take over what has changed in AWS: only these lines change, and what a person wrote
stays, also in files that were renamed. The file .aws-batch-import in the directory, which belongs into Git, shows the command
what it wrote before.

Exit code: 0 if everything is imported and plan finds nothing but adoptions by tags; 1 on an error; 4 if something is not
imported as it is, or plan finds more.`;

/** Flags of the operator that decide what is adopted. */
const operatorFlags = ["--cluster-name", "--allowed-account-ids", "--ignore-tag-keys", "--aws-requests-per-second"];

export function importCommand(io: Io, ending: Ending): Command {
  const command = new Command("import")
    .summary("write manifests of what an AWS account has, which the operator adopts as it is")
    .description("Writes manifests of what an AWS account has, so that the operator can adopt it without changing it.")
    .addOption(new ListOption("--names <globs>", "names in AWS of what is imported (default: all)"))
    .addOption(
      new ListOption(
        "--region <regions>",
        "regions to read (default: from the AWS SDK's configuration); can be repeated",
      ),
    )
    .option("-n, --namespace <name>", "namespace of the objects", namespaceName)
    .option("-f, --filename <dir>", "directory for the manifests")
    .option("--dry-run", "write no file")
    .option("--retain", "give each object deletionPolicy: Retain")
    .addOption(
      new Option("-o, --output <format>", "format of the report").choices(["text", "json", "markdown"]).default("text"),
    );
  for (const option of operatorOptions().filter(({ long }) => operatorFlags.includes(long ?? ""))) {
    command.addOption(option);
  }
  command.addHelpText("after", afterHelp);
  return command.action(ending(() => importFrom(command.opts<ImportFlags>(), io)));
}

async function importFrom(given: ImportFlags, io: Io): Promise<number> {
  const { names = ["*"], region: regions, namespace, filename, dryRun = false, retain = false, ...others } = given;
  if (namespace === undefined) throw new CommandError("-n NAMESPACE is missing: give the namespace of the objects");
  if (filename === undefined) throw new CommandError("-f DIR is missing: give the directory for the manifests");
  const [first] = regions ?? [];
  const flags: OperatorFlags = { ...others, ...(first === undefined ? {} : { region: first }) };
  const { interrupted: signal } = io;
  const clock = systemClock();
  const progress = new ProgressLine(io.stderr);
  const cloud = batchOnly(await realCloud(flags, io.env, signal), (read) => progress.show(read));
  const requestsPerSecond = flags.awsRequestsPerSecond ?? defaultRequestsPerSecond;
  const report = await importAccount(
    {
      regions: regions ?? [cloud.region],
      namespace,
      names,
      retain,
      dryRun,
      clusterName: flags.clusterName ?? "default",
      flags,
    },
    {
      account: new ReadAccount(cloud, { clock, requestsPerSecond, signal }),
      folder: folderAt(filename),
      clock,
      signal,
    },
  );
  progress.end();
  show(report, given.output, io);
  return isComplete(report) ? exitCodes.done : exitCodes.blocked;
}

/** On a terminal one line that changes, elsewhere a line for each region. */
class ProgressLine {
  readonly #output: Output;
  #last: Progress | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  show(read: Progress): void {
    if (this.#output.isTerminal) this.#output.write(`\r\u001b[K${textOf(read)}`);
    else if (this.#last !== undefined && this.#last.region !== read.region) this.end();
    this.#last = read;
  }

  end(): void {
    if (this.#last !== undefined) this.#output.write(this.#output.isTerminal ? "\n" : `${textOf(this.#last)}\n`);
    this.#last = undefined;
  }
}

function textOf({ region, pages, resources }: Progress): string {
  return `read ${counted(resources, "record")} in ${counted(pages, "page")} of ${visible(region)}`;
}

function show(report: Report, output: ImportFlags["output"], io: Io): void {
  for (const secret of report.secrets) {
    io.stderr.write(`${visible(secretText(secret))} is probably a secret and was not written\n`);
  }
  const style = styleOf(io.stdout, io.env);
  const stream = style.unicode ? io.stdout : asciiOutput(io.stdout);
  if (output === "json") io.stdout.write(reportJson(report));
  else if (output === "markdown") io.stdout.write(reportMarkdown(report));
  else stream.write(reportText(report, paintFor(style)));
}
