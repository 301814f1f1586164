import type { BatchNetwork } from "../../../api/v1alpha1/batch-network.ts";
import { writeFor, writerOf } from "../../parts/ec2-memory.ts";
import { writeInVpc } from "../../parts/endpoints/act.ts";
import { usersText } from "../../parts/endpoints/users.ts";
import { actOnGroup } from "../../parts/security-group/act.ts";

import type { Action } from "./seen.ts";
import { networksIn, type Reading } from "./vpc.ts";

/** Carries out one action. @throws RefusalNoted, NotSent, AwsError as `writeInVpc` and `actOnGroup` */
export async function act(
  action: Action,
  network: BatchNetwork,
  { region, ports, memory }: Reading,
  signal: AbortSignal,
): Promise<void> {
  const writer = writerOf(network);
  memory.readAfter.set(network.metadata.uid, Number.POSITIVE_INFINITY);
  if (action.kind !== "writeEndpoints") {
    return await writeFor(memory, writer, action.writes, ports.clock, () =>
      actOnGroup(action, network, ports, memory, signal),
    );
  }
  const ec2 = await ports.regions.ec2(network.spec.region, signal, network.metadata.namespace);
  const usersNow = (): string => {
    const asking = networksIn(network, region, ports).map(({ metadata }) => `${metadata.uid} ${metadata.generation}`);
    return [usersText(region, ports), ...asking.toSorted()].join(" ");
  };
  const users = usersNow();
  const isCurrent = (): boolean => usersNow() === users;
  await writeInVpc(action, { ec2, clock: ports.clock, memory, writer, isCurrent }, signal);
}
