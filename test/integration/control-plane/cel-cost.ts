import { crdCost, goProgram } from "./go-program.ts";
import { printProgress } from "./parts.ts";
import { runOrFail } from "./run.ts";

/** What the API server charges for one version of a custom resource definition, in its own units. */
export interface DefinitionCost {
  readonly name: string;
  readonly version: string;
  readonly total: number;
  /** A definition above this is refused. */
  readonly totalLimit: number;
  /** A rule above this is refused. */
  readonly ruleLimit: number;
  /** Most expensive first. */
  readonly rules: readonly RuleCost[];
}

export interface RuleCost {
  /** Of the field that has the rule, as `.spec.containers[]`. */
  readonly path: string;
  readonly rule: string;
  /** The rule's estimate times how often it can run in one object. */
  readonly cost: number;
}

/** Costs of the definitions in these files, by the API server's own code. @throws Error for a rule that does not compile */
export async function celCosts(files: readonly string[]): Promise<readonly DefinitionCost[]> {
  const program = await goProgram(crdCost, printProgress);
  return JSON.parse(await runOrFail(program, files)) as readonly DefinitionCost[];
}
