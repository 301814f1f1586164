import { keyText, type ObjectKey } from "../../api/object.ts";
import { CommandError, type Io } from "../../operator/io.ts";
import { type Clock, sleep, systemClock } from "../../runtime/clock.ts";
import { visible } from "../../runtime/visible.ts";
import type { JobObjects } from "./cluster.ts";
import { followObjects } from "./follow-objects.ts";
import { courseOf } from "./job-object.ts";

/** Time between two reads of an object that is being deleted. */
const readMs = 1_000;

/**
 * Ends the job of the object that has a name, if there is one, and deletes the object. The job is cancelled first and has ended
 * before the deletion: with `deletionPolicy: Retain` it would run on next to the next one.
 *
 * @throws CommandError if it is unknown whether the job has ended, or the API server refuses
 */
export async function makeWay(
  key: ObjectKey,
  objects: JobObjects,
  io: Io,
  clock: Clock = systemClock(),
): Promise<void> {
  const object = await objects.find(key);
  if (object === undefined) return;
  const say = (what: string): void => {
    io.stderr.write(`${visible(`${keyText(key)} ${what}`)}\n`);
  };
  const { text, end } = courseOf(object);
  const isDeleting = object.metadata.deletionTimestamp !== undefined;
  if (end !== "succeeded" && end !== "failed" && !isDeleting) {
    say(`is asked to end (${text})`);
    await objects.cancel(key);
    await untilEnded(key, objects, io, clock);
  }
  say("is being deleted, to be created again");
  await objects.delete(object);
  const { uid } = object.metadata;
  while ((await objects.find(key))?.metadata.uid === uid) await sleep(clock, readMs, io.interrupted);
}

async function untilEnded(key: ObjectKey, objects: JobObjects, io: Io, clock: Clock): Promise<void> {
  let why = "";
  const [end] = await followObjects(
    [key],
    { objects, clock, signal: io.interrupted },
    {
      course: (_key, { text }) => {
        why = text;
      },
      waits: (what) => io.stderr.write(visible(what).concat("\n")),
      log: undefined,
    },
  );
  if (end !== "stalled") return;
  throw new CommandError(
    `whether the job of BatchJob ${keyText(key)} has ended is unknown (${why}): check it in AWS, delete the object, and submit again`,
  );
}
