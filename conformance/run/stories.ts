/** A run of the stories: what it will do, the roles, the stories, the removal, the report. */

import { type Pace, paced } from "../account/paced.ts";
import { batchOperations } from "../account/sdk.ts";
import { leftovers } from "../clean/clean.ts";
import { type NewRun, prefixOf, type Run, tagKey } from "../names/renaming.ts";
import { networkLines } from "../report/page.ts";
import { withoutAccount } from "../report/result.ts";
import type { Network } from "../stage/network.ts";
import { type Played, play } from "../stories/play.ts";
import type { Forward } from "../stories/proxy.ts";
import type { Machine } from "../stories/stage.ts";
import { type Story, stories } from "../stories/stories.ts";
import { begin, readyRun } from "./begin.ts";
import { cleanUp, endedBy, exitCodes, type Ports, type Request, rolesKnownAfterMs } from "./conform.ts";

/** What stories need in addition. */
export interface StoryPorts extends Ports {
  readonly machine: Machine;
  readonly forward: Forward;
}

/** Of one story: each removes what it has made. */
const needs = { environments: 3, queues: 3, serviceEnvironments: 0 };

/** @throws Error before the first write if the account cannot take the run, in words for a person */
export async function runStories(request: Omit<Request, "table" | "instances">, ports: StoryPorts): Promise<number> {
  const pace: Pace = { nextAt: Number.NEGATIVE_INFINITY };
  const account = paced(ports.account, ports.time, pace);
  const chosen = stories.filter(({ id }) => id.includes(request.only));
  if (chosen.length === 0) throw new Error(`no story has ${request.only} in its name`);
  const { run: unplaced, network } = await readyRun(account, request, needs);
  ports.print(storiesPage(chosen, unplaced, network, await leftovers(account), ports.cleaning));
  if (!(await ports.confirm())) return exitCodes.notStarted;

  const played: Played[] = [];
  const { time, say, machine, forward } = ports;
  let run: Run | undefined;
  const ended = await endedBy(async () => {
    run = await begin(account, unplaced, network, time);
    await time.pause(rolesKnownAfterMs);
    await play(chosen, { run, account, machine, time, forward, operations: batchOperations, say }, played);
  });
  const isClean = await cleanUp(unplaced, ports, pace);
  if (ended !== undefined) ports.print(`${ended}\n`);
  if (run === undefined) return exitCodes.differs;
  ports.print(playedTable(played));
  const transcript = { of: ports.of(), date: request.date, region: run.region, stories: played };
  await ports.write(
    `${request.date}-${run.region}-stories.json`,
    `${JSON.stringify(withoutAccount(transcript, run), undefined, 1)}\n`,
  );
  const isGood = played.length === chosen.length && played.every(({ problems }) => problems.length === 0);
  return ended === undefined && isClean && isGood ? exitCodes.agrees : exitCodes.differs;
}

/** @param cleaning the command that removes what is left of a run */
function storiesPage(
  chosen: readonly Story[],
  run: NewRun,
  network: Network | undefined,
  left: ReadonlyMap<string, number>,
  cleaning: (id: string) => string,
): string {
  return [
    `AWS account ${run.account}, region ${run.region}, run ${run.id}`,
    "",
    `Runs the operator itself, as local, and judges each story by every call and answer:`,
    ...chosen.map(({ id }) => `  ${id}`),
    "",
    `Creates   up to ${needs.environments} compute environments, ${needs.queues} job queues, job definitions, 5 roles and an instance profile.`,
    `          All names begin with ${prefixOf(run)}, all have the tag ${tagKey}=${run.id}.`,
    ...networkLines(network),
    "          Tasks get public addresses there.",
    "Costs     less than a cent: three jobs of Fargate with 0.25 vCPU run for less than ten minutes together.",
    "Needs     the permissions that --print-policy prints, and those of the operator (docs/credentials.md).",
    "",
    "At the end, also on Ctrl-C, it removes what has both the prefix and the tag. If it is killed:",
    `  ${cleaning(run.id)}`,
    "",
    ...[...left].map(([id, count]) => `The run ${id} has left ${count} resources, or still runs:\n  ${cleaning(id)}\n`),
  ].join("\n");
}

function playedTable(played: readonly Played[]): string {
  return played
    .map(({ story, problems, seconds }) => {
      const verdict = problems.length === 0 ? "as it should be" : `${problems.length} otherwise`;
      return [`${story}: ${verdict}, ${seconds} s`, ...problems.map((one) => `  ${one}`)].join("\n");
    })
    .join("\n");
}
