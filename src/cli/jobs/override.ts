import type { BatchApi, DefinitionRevision } from "../../aws/batch.ts";
import { CommandError } from "../io.ts";

type Submission = Parameters<BatchApi["submitJob"]>[0];

/**
 * The override that gives a job another command. It depends on the body of the definition.
 *
 * @throws CommandError for several containers or nodes: the command would have to name one
 */
export function commandOverride(
  { jobDefinitionName, ecsProperties, eksProperties, nodeProperties }: DefinitionRevision,
  command: readonly string[],
): Partial<Submission> {
  const several = (what: string): CommandError =>
    new CommandError(
      `${jobDefinitionName} has several ${what}, so a command on the command line does not say whose it is`,
    );
  if (nodeProperties !== undefined) throw several("nodes");
  if (ecsProperties !== undefined) {
    const [container, ...others] = ecsProperties.taskProperties?.[0]?.containers ?? [];
    if (others.length > 0) throw several("containers");
    const containers = [{ name: container?.name, command: [...command] }];
    return { ecsPropertiesOverride: { taskProperties: [{ containers }] } };
  }
  if (eksProperties !== undefined) {
    const [container, ...others] = eksProperties.podProperties?.containers ?? [];
    if (others.length > 0) throw several("containers");
    return {
      eksPropertiesOverride: { podProperties: { containers: [{ name: container?.name, command: [...command] }] } },
    };
  }
  return { containerOverrides: { command: [...command] } };
}

/**
 * The revision of a definition that AWS runs: the newest ACTIVE one of a name, or the one that is named.
 *
 * @throws CommandError if there is none, AwsError
 */
export async function activeRevision(
  batch: Pick<BatchApi, "describeJobDefinitions">,
  named: string,
  signal: AbortSignal,
): Promise<DefinitionRevision> {
  const isExact = named.startsWith("arn:") || /:\d+$/.test(named);
  const asked = isExact ? { jobDefinitions: [named] } : { jobDefinitionName: named, status: "ACTIVE" };
  let newest: DefinitionRevision | undefined;
  let nextToken: string | undefined;
  do {
    const page = await batch.describeJobDefinitions({ ...asked, nextToken }, { signal });
    for (const one of (page.jobDefinitions ?? []) as readonly DefinitionRevision[]) {
      if (one.status === "ACTIVE" && (one.revision ?? 0) > (newest?.revision ?? 0)) newest = one;
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  if (newest !== undefined) return newest;
  throw new CommandError(`there is no ACTIVE job definition ${named} in this region`);
}
