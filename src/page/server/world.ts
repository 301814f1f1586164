import type { Kind, KubeObject } from "../../api/object.ts";
import type { AwsSource } from "./aws-reader.ts";
import type { About, Answer, EventLine, Events } from "./model.ts";
import type { Questions } from "./questions.ts";

/** What the page is about: a cluster or a directory, and AWS. */
export interface World {
  readonly about: About;
  /** What cannot be read at present beyond AWS, one sentence each. */
  problems(): readonly string[];
  objects(): readonly KubeObject[];
  /** Events about an object that are still kept; called often. */
  eventsOf(object: KubeObject, signal: AbortSignal): Promise<Events>;
  /** Events about all objects of a kind that are still kept, by ID of the object; called when a person asks. */
  eventsOfKind(kind: Kind, signal: AbortSignal): Promise<Answer<ReadonlyMap<string, readonly EventLine[]>>>;
  readonly aws: AwsSource;
  /** Undefined: AWS is not read. */
  readonly questions: Questions | undefined;
}
