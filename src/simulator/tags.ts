import { invalid, refused } from "./refusals.ts";

export type Tags = Record<string, string>;

/** A resource with tags, by ARN. */
export interface Tagged {
  /** As AWS describes it, or as it is kept. */
  readonly record: object;
  readonly tags: Tags;
  replaceTags(tags: Tags): void;
}

const most = 50;

/** The rules for tags given at creation or by TagResource. @throws Refusal */
export function checkTags(tags: Tags | undefined): void {
  const entries = Object.entries(tags ?? {});
  if (entries.length > most) throw tooMany();
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > 128 || value.length > 256) {
      throw invalid("Tag keys must have 1 to 128 characters and tag values at most 256."); // our words
    }
    if (key.startsWith("aws:")) throw invalid("Tag keys starting with aws: are reserved for AWS."); // our words
  }
}

export function addTags(thing: Tagged, tags: Tags): void {
  checkTags(tags);
  const merged = { ...thing.tags, ...tags };
  if (Object.keys(merged).length > most) throw tooMany();
  thing.replaceTags(merged);
}

export function removeTags(thing: Tagged, keys: readonly string[]): void {
  if (keys.length > most) throw tooMany();
  const gone = new Set(keys);
  thing.replaceTags(Object.fromEntries(Object.entries(thing.tags).filter(([key]) => !gone.has(key))));
}

function tooMany(): Error {
  return refused(`A resource can have at most ${most} tags.`); // our words
}
