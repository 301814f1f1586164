import type { RecordedEvent } from "../../runtime/store.ts";
import type { LocalParts } from "../../tools/local/start.ts";
import type { AwsSource } from "./aws-reader.ts";
import type { EventLine } from "./model.ts";
import type { Questions } from "./questions.ts";
import { idFor } from "./snapshot.ts";
import type { World } from "./world.ts";

/** The world of `local`: objects in memory and a simulated AWS in this process. */
export function localWorld({ store, heading }: LocalParts, aws: AwsSource, questions: Questions): World {
  const { directory, cloud, region, speed } = heading;
  return {
    about: { source: directory, aws: `${cloud}, ${region}`, speed, hasKubectl: false },
    problems: () => [],
    objects: () => store.objects(),
    async eventsOf({ metadata: { uid } }) {
      const about = store.events().filter(({ regarding }) => regarding.uid === uid);
      return { lines: about.map(lineOf) };
    },
    async eventsOfKind({ kind }) {
      const about = store.events().filter(({ regarding }) => regarding.kind.kind === kind);
      const byObject = Map.groupBy(about, ({ regarding }) => idFor(kind, regarding));
      return { data: new Map([...byObject].map(([id, events]) => [id, events.map(lineOf)])) };
    },
    aws,
    questions,
  };
}

function lineOf({ lastAt, type, reason, note, count }: RecordedEvent): EventLine {
  return { at: new Date(lastAt).toISOString(), type, reason, note, count };
}
