/** What a run says before its first write. Pure. */

import { smallInstance } from "../facts/stage.ts";
import { type NewRun, prefixOf, rolePath, tagKey } from "../names/renaming.ts";
import type { Plan } from "../plan/plan.ts";
import type { Network } from "../stage/network.ts";

/**
 * @param mayStart whether the run may start one instance
 * @param cleaning the command that removes what is left of a run
 */
export function pageOf(
  plan: Plan,
  run: NewRun,
  network: Network | undefined,
  mayStart: boolean,
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
    ...networkLines(network),
    ...(mayStart
      ? [
          `Costs     less than 10 cents: at most one ${smallInstance} runs, for less than half an hour, with its disk and address.`,
          "          All other jobs are submitted to DISABLED environments, and all environments have minvCpus 0.",
        ]
      : ["Costs     nothing: environments have minvCpus 0, and jobs are submitted to DISABLED environments only."]),
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

/** @param network undefined: one of the run's own */
export function networkLines(network: Network | undefined): readonly string[] {
  if (network !== undefined) {
    return [`Uses      subnet ${network.subnet} and security group ${network.securityGroup}, and changes neither.`];
  }
  return [
    "          A VPC with a subnet, a route table and an internet gateway, which cost nothing by themselves; no NAT gateway.",
    "          AWS's default quota is 5 VPCs in a region.",
  ];
}
