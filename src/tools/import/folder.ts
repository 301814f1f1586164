import { FilesBelow, type Replaced } from "../files/files-below.ts";
import { type LoadedManifests, loadManifests } from "../validation/manifests.ts";

/** The directory of manifests that `import` writes to. */
export interface Folder {
  /** Its manifests, with files as paths from the working directory; none when there is no such directory. */
  load(signal: AbortSignal): Promise<LoadedManifests>;
  /**
   * The path of a file from the working directory.
   * @param file below the directory, with `/`
   */
  pathOf(file: string): string;
  /**
   * The text of a file; undefined: there is none.
   * @param path as `pathOf` and the manifests have it
   * @throws CommandError if it cannot be read
   */
  read(path: string): string | undefined;
  /** Writes a file whole or not at all. @throws CommandError if it cannot be written, or has another text by now */
  write(path: string, text: string, replaced: Replaced): void;
}

export function folderAt(directory: string): Folder {
  const files = new FilesBelow(directory);
  return {
    load: async (signal) =>
      files.isThere() ? await loadManifests(directory, signal) : { documents: [], problems: [], files: [] },
    pathOf: (file) => files.pathOf(file),
    read: (path) => files.read(files.nameOf(path)),
    write: (path, text, replaced) => files.write(files.nameOf(path), text, replaced),
  };
}
