/** What a run says before its first write. Pure. */

import { prefixOf, type Run, rolePath, tagKey } from "../names/renaming.ts";
import type { Plan } from "../plan/plan.ts";

/** @param cleaning the command that removes what is left of a run */
export function pageOf(
  plan: Plan,
  run: Run,
  leftovers: ReadonlyMap<string, number>,
  cleaning: (id: string) => string,
): string {
  const { environments, queues, serviceEnvironments } = plan.needs;
  const tried = plan.rows.filter(({ whyNot }) => whyNot === undefined).length;
  const others = [...leftovers].map(
    ([id, count]) =>
      `The run ${id} has left ${count} resources, or still runs. To remove them:\n` + `  ${cleaning(id)}\n`,
  );
  return [
    `AWS account ${run.account}, region ${run.region}, run ${run.id}`,
    "",
    `Tries ${tried} of ${plan.rows.length} facts that this project believes of AWS Batch, with at most 5 calls a second.`,
    "",
    `Creates   up to ${environments} compute environments, ${queues} job queues, ${serviceEnvironments} service environments,`,
    "          job definitions, scheduling policies, quota shares, 4 roles and an instance profile.",
    `          All names begin with ${prefixOf(run)}, all have the tag ${tagKey}=${run.id};`,
    `          the roles have the path ${rolePath}.`,
    `Uses      subnet ${run.subnet} and security group ${run.securityGroup}, and changes neither.`,
    "Costs     nothing: environments have minvCpus 0, and jobs are submitted to DISABLED environments only.",
    "Takes     about a quarter of an hour: AWS creates and deletes environments in its own time. --only tries less.",
    "Needs     the permissions that --print-policy prints.",
    "Leaves    INACTIVE revisions of its job definitions, which AWS forgets after 180 days, and the service-linked roles",
    "          that AWS Batch makes for itself in an account that has none.",
    "",
    "At the end, also on Ctrl-C, it removes what has both the prefix and the tag. If it is killed:",
    `  ${cleaning(run.id)}`,
    "",
    ...others,
  ].join("\n");
}
