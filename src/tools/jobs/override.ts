import type { DefinitionRevision } from "../../aws/batch.ts";
import type { BatchApi } from "../../aws/batch-calls.ts";
import { CommandError } from "../../operator/io.ts";
import type { ContainerChange } from "./job-settings.ts";

type Submission = Parameters<BatchApi["submitJob"]>[0];

/**
 * The override that changes the container of a job. It depends on the body of the definition.
 *
 * @throws CommandError for several containers or nodes: the change would have to name one
 */
export function containerOverride(
  { jobDefinitionName, ecsProperties, eksProperties, nodeProperties }: DefinitionRevision,
  change: ContainerChange,
): Partial<Submission> {
  const several = (what: string): CommandError =>
    new CommandError(
      `${jobDefinitionName} has several ${what}, so the command line does not say whose command, environment, vCPUs and memory it gives: describe the job in a manifest`,
    );
  if (nodeProperties !== undefined) throw several("nodes");
  if (ecsProperties !== undefined) {
    const [container, ...others] = ecsProperties.taskProperties?.[0]?.containers ?? [];
    if (others.length > 0) throw several("containers");
    return { ecsPropertiesOverride: { taskProperties: [{ containers: [{ name: container?.name, ...change }] }] } };
  }
  if (eksProperties !== undefined) {
    const [container, ...others] = eksProperties.podProperties?.containers ?? [];
    if (others.length > 0) throw several("containers");
    return {
      eksPropertiesOverride: { podProperties: { containers: [{ name: container?.name, ...podChange(change) }] } },
    };
  }
  return { containerOverrides: change };
}

/** The same in the words of Kubernetes. AWS takes memory only where limit and request are equal. */
function podChange({ command, environment, resourceRequirements }: ContainerChange): object {
  const amounts = Object.fromEntries(
    (resourceRequirements ?? []).map(({ type, value }) =>
      type === "VCPU" ? ["cpu", value] : ["memory", `${value}Mi`],
    ),
  );
  return {
    ...(command === undefined ? {} : { command }),
    ...(environment === undefined ? {} : { env: environment }),
    ...(resourceRequirements === undefined ? {} : { resources: { limits: amounts, requests: amounts } }),
  };
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
