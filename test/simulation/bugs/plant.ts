import { registerHooks } from "node:module";
import type { Bug } from "./bugs.ts";

const root = new URL("../../../src/", import.meta.url).href;

/**
 * Puts a bug into every module that is loaded from now on. What was loaded before stays sound.
 * @throws Error as a module is loaded in which the text of a change does not occur exactly once
 */
export function plant({ name, changes }: Pick<Bug, "name" | "changes">): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const own = changes.filter(({ file }) => url === root + file);
      if (own.length === 0) return loaded;
      let source =
        typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source ?? undefined);
      for (const { was, becomes } of own) {
        if (source.split(was).length !== 2)
          throw new Error(`${name}: the text does not occur exactly once in ${url}: ${was}`);
        source = source.replace(was, () => becomes);
      }
      return { ...loaded, source };
    },
  });
}
