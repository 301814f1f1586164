import { join } from "node:path";
import type { AccountNetwork } from "../simulator/ec2-network.ts";
import type { PlannedOutcome } from "../simulator/outcome.ts";
import type { SimulatedAws } from "../simulator/simulated-aws.ts";
import { FilesBelow } from "./files/files-below.ts";
import { accountFindings } from "./simulated-account-shape.ts";
import { simulatedAccountFile } from "./validation/manifests.ts";
import { type Problem, pathText } from "./validation/problem.ts";
import { parseYaml } from "./validation/yaml.ts";

/** An account as a person describes it: its network, and what others do in it. */
export interface SimulatedAccount extends AccountNetwork {
  /** Where the network is; the region of objects that name none when left out. */
  readonly region?: string;
  /** ARNs of the service roles and instance profiles that the account has, in addition to the console's. */
  readonly roles?: readonly string[];
  /** Submitted as soon as queue and definition can take them, once. */
  readonly jobs?: readonly ScenarioJob[];
  /** How jobs go, these and others; of several that match the last one counts. */
  readonly outcomes?: readonly PlannedOutcome[];
}

export interface ScenarioJob {
  readonly name: string;
  /** AWS's name of the queue, and of the definition. */
  readonly queue: string;
  readonly definition: string;
  readonly count?: number;
}

export interface ReadAccount {
  /** Undefined when there is no such file, or when it has problems. */
  readonly account: SimulatedAccount | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads the account in the directory of the manifests, if it is described there.
 * @throws CommandError when it is there and cannot be read
 */
export function readAccount(directory: string): ReadAccount {
  const text = accountText(directory);
  if (text === undefined) return { account: undefined, problems: [] };
  return accountOf(join(directory, simulatedAccountFile), text);
}

/**
 * What the file says as it is now; another text is another account. Undefined when there is no such file.
 * @throws CommandError when it is there and cannot be read
 */
export function accountText(directory: string): string | undefined {
  return new FilesBelow(directory).read(simulatedAccountFile);
}

export function accountOf(file: string, text: string): ReadAccount {
  const { documents, errors } = parseYaml(text);
  const problems = errors.map(({ message, ...place }): Problem => ({ file, ...place, field: "", message }));
  const [document, second] = documents;
  if (second !== undefined) {
    problems.push({ file, ...second.placeOf([]), field: "", message: "one document describes the whole account" });
  }
  if (problems.length > 0 || document === undefined) return { account: undefined, problems };
  const found = accountFindings(document.value).map(({ path, message }): Problem => {
    return { file, ...document.placeOf(path), field: pathText(path), message };
  });
  if (found.length > 0) return { account: undefined, problems: found };
  return { account: document.value as SimulatedAccount, problems: [] };
}

/** Puts a description of the account into effect, except its jobs. */
export function describeIn({ outside }: SimulatedAws, account: SimulatedAccount): void {
  outside.describeNetwork(account);
  outside.describeRoles(account.roles ?? []);
  outside.describeOutcomes(account.outcomes ?? []);
}

/**
 * Submits the jobs that queue and definition can take now.
 * @returns the jobs that still wait
 */
export function submitPossible(
  { outside, truth }: SimulatedAws,
  waiting: readonly ScenarioJob[],
): readonly ScenarioJob[] {
  const possible = waiting.filter(
    ({ queue, definition }) =>
      truth.jobQueues().some(({ jobQueueName, status }) => jobQueueName === queue && status === "VALID") &&
      truth
        .jobDefinitions()
        .some(({ jobDefinitionName, status }) => jobDefinitionName === definition && status === "ACTIVE"),
  );
  for (const { name, queue, definition, count = 1 } of possible) {
    for (let at = 0; at < count; at++) {
      outside.submitPlannedJob({ jobName: name, jobQueue: queue, jobDefinition: definition }, undefined);
    }
  }
  return waiting.filter((job) => !possible.includes(job));
}
