import type { Option } from "commander";
import { z } from "zod";
import { ListOption } from "../../src/operator/flags.ts";
import type { Io } from "../../src/operator/io.ts";
import { formsOfRunValues } from "../../src/operator/run/options.ts";
import { runCommand } from "../../src/operator/run.ts";

/** Flags of `run` that other values set. */
const decidedElsewhere = [
  "--kubeconfig",
  "--watch-namespace",
  "--metrics-address",
  "--metrics-tls-directory",
  "--metrics-client-ca",
  "--health-address",
  "--leader-elect",
  "--no-leader-elect",
  "--lease-namespace",
];

/**
 * Flags that the chart gives by default, because the command's own default allows more: in a cluster with several teams no
 * spec names a role of somebody else until an administrator lists it. templates/_pod.tpl gives them without a value too.
 */
export const safeFlags: Readonly<Record<string, readonly string[]>> = { allowedRoleArns: [] };

/** All other flags of `aws-batch-operator run`; a new flag becomes a value automatically. */
export function flagValues() {
  const flags = runFlags().filter(({ long }) => !decidedElsewhere.includes(long ?? ""));
  const shape = Object.fromEntries(
    flags.map((option) => {
      const [name, value] = [option.attributeName(), flagValue(option).describe(described(option))];
      return [name, name in safeFlags ? value.default(safeFlags[name]) : value.optional()];
    }),
  );
  return z.strictObject(shape).default(safeFlags).describe("Flags of `aws-batch-operator run`, in camel case.");
}

/** The options of `run`, from the command line. */
export function runFlags(): readonly Option[] {
  // The command is not executed, so it needs no process.
  const io = {} as Io;
  return runCommand(io, (work) => async () => void (await work())).options;
}

function described({ description }: Option): string {
  return `${description.slice(0, 1).toUpperCase()}${description.slice(1)}.`;
}

function flagValue(option: Option): z.ZodType {
  if (option.isBoolean()) return z.boolean();
  if (option.argChoices !== undefined) return z.enum(option.argChoices);
  const form = formsOfRunValues.get(option.parseArg);
  const text = form === undefined ? z.string().min(1) : z.string().regex(form);
  if (option instanceof ListOption) return z.array(text);
  const isNumber = typeof parse(option, "1") === "number" && parse(option, "1s") === undefined;
  if (!isNumber) return text;
  // The messages of Helm name the smallest value, which only whole numbers have.
  return parse(option, "0.5") === undefined ? z.int().min(1) : z.number().positive();
}

/** Undefined: the flag rejects the text. */
function parse({ parseArg }: Option, sample: string): unknown {
  if (parseArg === undefined) return sample;
  try {
    return parseArg(sample, undefined);
  } catch {
    return undefined;
  }
}
