import { nameAt, placeholdersIn, secretAdvice, secretPlaceholder } from "../validation/placeholders.ts";
import { pathText } from "../validation/problem.ts";
import type { ValidManifest } from "../validation/validate.ts";
import { type Entry, isChange } from "./entry.ts";

/** What a person has still to write into manifests that `import` has made. Pure. */

/** The entries, each that changes anything with a note for every value that its manifest lacks. */
export function withPlaceholders(entries: readonly Entry[], manifests: readonly ValidManifest[]): readonly Entry[] {
  return entries.map((entry) => {
    if (!isChange(entry)) return entry;
    const manifest = manifests.find(
      ({ object, key }) => object.kind === entry.kind && key.namespace === entry.namespace && key.name === entry.name,
    );
    return manifest === undefined ? entry : { ...entry, notes: [...placeholderNotes(manifest), ...entry.notes] };
  });
}

function placeholderNotes({ document }: ValidManifest): readonly string[] {
  return placeholdersIn(document.value).map((path) => {
    const place = `${document.file}:${document.placeOf(path).line}`;
    return `${place}: ${pathText(path)} is ${secretPlaceholder}, in place of what import takes for a secret. ${secretAdvice(path, nameAt(document.value, path))}; with adoptionPolicy: IfExists the operator then registers a revision`;
  });
}
