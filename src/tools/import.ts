/**
 * The door of `import`: reads what an account has or templates say (`import/found.ts`, `stacks.ts`, `terraform-text.ts`), decides
 * what becomes an object (`import/decide.ts`), writes its manifest (`import/spec.ts`, `yaml.ts`, `folder.ts`) and reports the
 * rest (`import/report.ts`, `document.ts`).
 */

import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { counted } from "../api/words.ts";
import { realCloud } from "../operator/cloud.ts";
import { ListOption, listOf, type OperatorFlags, operatorOptions, regionName } from "../operator/flags.ts";
import { CommandError, type Ending, exitCodes, type Io, type Output, refuse } from "../operator/io.ts";
import { namespaceName } from "../operator/run/options.ts";
import { defaultRequestsPerSecond } from "../operator/settings.ts";
import { systemClock } from "../runtime/clock.ts";
import { shell } from "../runtime/shell.ts";
import { visible } from "../runtime/visible.ts";
import { type Format, formatOption, show } from "./document/show.ts";
import { importDocument, secretText } from "./import/document.ts";
import { folderAt } from "./import/folder.ts";
import { batchOnly, type Progress } from "./import/reading.ts";
import { isComplete, isNothing, type Report, reportJson, saysWhy } from "./import/report.ts";
import { importAccount } from "./import/run.ts";
import { type GivenFile, type Source, terraformSource } from "./import/source.ts";
import { cloudFormationSource } from "./import/stacks.ts";
import { refuseFile } from "./local/directory.ts";
import { ReadAccount } from "./plan/copy/cloud.ts";

interface ImportFlags extends Omit<OperatorFlags, "region"> {
  readonly fromAws?: boolean;
  readonly terraform?: string;
  readonly cloudformation?: readonly string[];
  readonly names?: readonly string[];
  readonly region?: readonly string[];
  readonly namespace?: string;
  readonly filename?: string;
  readonly dryRun?: boolean;
  readonly retain?: boolean;
  readonly keepValue?: readonly string[];
  readonly roles: "keep" | "manage";
  readonly output: Format;
}

const afterHelp = `
The command reads everything that the operator keeps in AWS Batch except jobs, of a job definition the newest ACTIVE revision,
and writes one manifest for each, in a folder for each region. A manifest leaves out what AWS has by default, refers to imported objects
instead of ARNs, and has adoptionPolicy: IfMatching. Roles, networks and images stay named by ARN or ID. The account gets
no write.

With --terraform or --cloudformation only what that tool manages is imported. Its list says which resources there are; their
fields come from AWS. Everything else, such as roles, stays with the tool. For Terraform the command also writes
terraform/removed.tf and, for the way back, terraform/import.tf; for CloudFormation it writes cloudformation/STACK.import.txt
for the way back. For CloudFormation give a file for each stack, nested ones
too, and for each template, as JSON or YAML or as aws cloudformation get-template prints it: then objects of resources that
it gives no name are called by stack and logical ID, and the report lists what refers to the resources that leave.

With --roles manage a role of the service that uses it alone is described as a BatchRole: the operator then makes a role of its
own with the same permissions, and changes the resource to it, by a new revision, in place or by a replacement. The plan shows
which. Roles that no BatchRole can describe stay named, and the report says why.

A value that is probably a secret is not written: the file has a TODO in its place and says where the value belongs, and stderr
lists it. That is a guess by names, by the forms of known tokens and by options such as --password: the report says how many
values were written, so check them before you commit. --keep-value NAME writes a false alarm. Tags of other tools
are left out. Then the command validates the manifests, plans them, and prints the flags that the operator needs.

Run it again into the same directory to take over what has changed in AWS: only these lines change, and what a person wrote
stays, also in files that were renamed. The report lists the files of what AWS no longer has: applied, they create it. The
command removes none. The file .aws-batch-import in the directory, which belongs into Git, shows the command by hashes what it
wrote before.

Resources of other accounts in the list of a tool are skipped: run the command again with the credentials of each account.

Exit code: 0 if everything is imported, or belongs to objects already, and plan finds nothing but adoptions by tags; 1 on an
error, or if there is nothing to import; 4 if something is not imported as it is, AWS does not have what the other tool lists
or what a manifest describes, or plan finds more.`;

/** Flags of the operator that decide what is adopted. */
const operatorFlags = [
  "--cluster-name",
  "--names-with-cluster",
  "--allowed-account-ids",
  "--ignore-tag-keys",
  "--aws-requests-per-second",
];

export function importCommand(io: Io, ending: Ending): Command {
  const command = new Command("import")
    .summary("write manifests of what an AWS account has, which the operator adopts as it is")
    .description("Writes manifests of what an AWS account has, so that the operator can adopt it without changing it.")
    .option("--from-aws", "import everything that the account has (default)")
    .option("--terraform <file>", "import what is in the output of terraform show -json; - for standard input")
    .addOption(
      new ListOption(
        "--cloudformation <file>",
        "import what is in the output of aws cloudformation describe-stack-resources; - for standard input; can be repeated, for several stacks, and for their templates",
        filesOf,
      ),
    )
    .addOption(new ListOption("--names <globs>", "names in AWS of what is imported (default: all)"))
    .addOption(
      new ListOption(
        "--region <regions>",
        "regions to read (default: those of the other tool's resources, else from the AWS SDK's configuration); can be repeated",
        (text, previous) => listOf(text, previous).map(regionName),
      ),
    )
    .option("-n, --namespace <name>", "namespace of the objects", namespaceName)
    .option("-f, --filename <dir>", "directory for the manifests")
    .option("--dry-run", "write no file")
    .option("--retain", "give each object deletionPolicy: Retain")
    .addOption(
      new ListOption(
        "--keep-value <names>",
        "write the values of these variables, parameters or options although they are probably secrets; can be repeated",
      ),
    )
    .addOption(
      new Option("--roles <how>", "keep roles, or let the operator manage roles of its own with the same permissions")
        .choices(["keep", "manage"])
        .default("keep"),
    )
    .addOption(formatOption("report"));
  for (const option of operatorOptions().filter(({ long }) => operatorFlags.includes(long ?? ""))) {
    command.addOption(option);
  }
  command.addHelpText("after", afterHelp);
  return command.action(ending(() => importFrom(command.opts<ImportFlags>(), io)));
}

async function importFrom(given: ImportFlags, io: Io): Promise<number> {
  const {
    names = ["*"],
    region,
    namespace = "",
    filename = "",
    dryRun = false,
    retain = false,
    keepValue = [],
    roles,
    output,
    ...others
  } = given;
  const { fromAws: _default, terraform: _file, cloudformation: _other, ...operator } = others;
  refuse([
    namespace === "" && "-n NAMESPACE is missing: give the namespace of the objects",
    filename === "" && "-f DIR is missing: give the directory for the manifests",
    ...sourceFaults(given),
  ]);
  refuseFile(filename);
  const source = await sourceOf(given, io);
  const regions = region ?? regionsOf(source);
  const [first] = regions ?? [];
  const flags: OperatorFlags = { ...operator, ...(first === undefined ? {} : { region: first }) };
  const { interrupted: signal } = io;
  const clock = systemClock();
  const progress = new ProgressLine(io.stderr);
  const cloud = batchOnly(await realCloud(flags, io.env, signal), (read) => progress.show(read));
  const requestsPerSecond = flags.awsRequestsPerSecond ?? defaultRequestsPerSecond;
  const readRegions = regions ?? [cloud.region];
  const report = await importAccount(
    {
      regions: readRegions,
      namespace,
      names,
      retain,
      keptValues: keepValue,
      dryRun,
      roles,
      clusterName: flags.clusterName ?? "default",
      source,
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
  if (isNothing(report) && !saysWhy(report)) throw nothingFound(report, readRegions, given.names);
  for (const secret of report.secrets) {
    io.stderr.write(`${visible(secretText(secret))} is probably a secret and was not written\n`);
  }
  show({ document: () => importDocument(report), json: () => reportJson(report) }, output, io);
  if (isNothing(report)) throw new CommandError("there is nothing to import: the report says why");
  return isComplete(report) ? exitCodes.done : exitCodes.blocked;
}

/** A list of the wrong state, a misspelt name and the credentials of another account come to the same. */
function nothingFound(
  { account, source }: Report,
  regions: readonly string[],
  names: readonly string[] | undefined,
): CommandError {
  const matching = names === undefined ? "" : ` that matches ${shell`--names ${names.join(",")}`}`;
  const checked = names === undefined ? "" : "--names, ";
  if (source === undefined) {
    const where = `AWS account ${account} has nothing to import in ${regions.join(", ")}${matching}`;
    return new CommandError(`${where}: check ${checked}--region and the credentials`);
  }
  const origin = source.tool === "Terraform" ? "workspace and directory" : "stacks";
  return new CommandError(
    `${source.tool} lists nothing that can be imported${matching}: check ${checked}that the list is of the right ${origin}`,
  );
}

/** What is wrong with the sources: there are several, or one cannot be read twice. */
function sourceFaults({ fromAws, terraform, cloudformation = [] }: ImportFlags): readonly (string | false)[] {
  const given = [
    fromAws === true ? "--from-aws" : undefined,
    terraform && "--terraform",
    cloudformation.length > 0 ? "--cloudformation" : undefined,
  ];
  const [one, other] = given.filter((flag) => flag !== undefined);
  return [
    other !== undefined && `${one} and ${other} exclude each other`,
    cloudformation.indexOf("-") !== cloudformation.lastIndexOf("-") &&
      "--cloudformation - is there twice, and standard input can be read once: give files",
  ];
}

/** @throws CommandError when one cannot be read */
async function sourceOf({ terraform, cloudformation = [] }: ImportFlags, io: Io): Promise<Source | undefined> {
  if (terraform !== undefined) return terraformSource(await readGiven(terraform, io));
  if (cloudformation.length === 0) return undefined;
  const files: GivenFile[] = [];
  for (const file of cloudformation) files.push(await readGiven(file, io));
  return cloudFormationSource(files);
}

/** A file may have commas in its name. */
function filesOf(file: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), ...(file === "" ? [] : [file])];
}

async function readGiven(file: string, io: Io): Promise<GivenFile> {
  if (file === "-") return { name: "standard input", text: await io.stdin() };
  const bytes = await bytesOf(file);
  // In PowerShell 5 a redirection writes UTF-16.
  if (!isUtf8(bytes)) throw new CommandError(`${file} is not UTF-8 text: save it as UTF-8`);
  return { name: file, text: new TextDecoder().decode(bytes) };
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    throw new CommandError(`${file} cannot be read: ${error.message}`, { cause: error });
  }
}

function regionsOf(source: Source | undefined): readonly string[] | undefined {
  const regions = [...new Set(source?.resources.map((one) => one.region))].sort();
  return regions.length === 0 ? undefined : regions;
}

/** On a terminal one line that changes, elsewhere a line for each region. */
class ProgressLine {
  readonly #output: Output;
  #last: Progress | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  show(read: Progress): void {
    if (this.#output.isTerminal) this.#output.write(`\r\u001b[K${progressText(read)}`);
    else if (this.#last !== undefined && this.#last.region !== read.region) this.end();
    this.#last = read;
  }

  end(): void {
    if (this.#last !== undefined) this.#output.write(this.#output.isTerminal ? "\n" : `${progressText(this.#last)}\n`);
    this.#last = undefined;
  }
}

function progressText({ region, pages, resources }: Progress): string {
  return `read ${counted(resources, "record")} in ${counted(pages, "page")} of ${visible(region)}`;
}
