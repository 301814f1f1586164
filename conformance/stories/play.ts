/** Plays the stories one after the other, and judges each. The door of `conformance/stories`. */

import type { Account } from "../account/account.ts";
import type { Run } from "../names/renaming.ts";
import type { Progress } from "../progress.ts";
import type { Time } from "../rest.ts";
import type { Exchange } from "./exchange.ts";
import { type Event, judged, writtenIn } from "./judge.ts";
import { adoptedName, clusterName } from "./manifests.ts";
import { type Forward, startProxy } from "./proxy.ts";
import { type Machine, StoryFailed, StoryStage } from "./stage.ts";
import type { Story } from "./stories.ts";

export interface Played {
  readonly story: string;
  /** What was otherwise than it should be; empty: nothing. */
  readonly problems: readonly string[];
  readonly seconds: number;
  /** Every call and answer. */
  readonly events: readonly Event[];
}

export interface Where {
  readonly run: Run;
  readonly account: Account;
  readonly machine: Machine;
  readonly time: Time;
  readonly forward: Forward;
  /** Of AWS Batch. */
  readonly operations: readonly string[];
  readonly say: (progress: Progress) => void;
}

/** @param played gets each story as soon as it is over */
export async function play(stories: readonly Story[], where: Where, played: Played[]): Promise<void> {
  for (const story of stories) {
    where.say({ part: "stories", done: played.length, of: stories.length, doing: story.id });
    played.push(await playOne(story, where));
  }
}

async function playOne(story: Story, where: Where): Promise<Played> {
  const { run, account, machine, time, forward, operations } = where;
  const events: Event[] = [];
  const note = (exchange: Exchange): void => void events.push(exchange);
  const proxy = await startProxy(forward, operations, () => time.now(), note);
  const start = time.now();
  const problems: string[] = [];
  const stage = new StoryStage({
    run,
    account,
    machine,
    time,
    proxy,
    note,
    written: () => writtenIn(events),
    directory: await machine.directory(),
    objects: (objects) => void events.push({ at: time.now(), objects }),
  });
  try {
    await story.play(stage);
    const { environments, queues } = await stage.read();
    for (const one of [...environments, ...queues]) {
      problems.push(`${String(one["computeEnvironmentName"] ?? one["jobQueueName"])} is left`);
    }
  } catch (error) {
    if (!(error instanceof StoryFailed)) throw error;
    problems.push(error.message);
  } finally {
    // A story that failed may have left one running, which would write on.
    await stage.end();
    await proxy.close();
  }
  problems.push(...judged(events, clusterName(run), adoptedName(run)));
  return { story: story.id, problems, seconds: Math.round((time.now() - start) / 1000), events };
}
