import { type Command, Option } from "commander";
import { CommandError } from "../operator/io.ts";

/** Values of the options that say where manifests are. */
export interface ManifestFlags {
  readonly filename?: readonly string[];
  readonly kustomize?: string;
  readonly allowEmpty?: boolean;
}

/** Where manifests are. */
export interface ManifestSources {
  /** Files, directories, and `-` for standard input. */
  readonly paths: readonly string[];
  /** The directory of a kustomization. */
  readonly kustomization: string | undefined;
  /** Whether there may be no object of awsbatch.dev. */
  readonly allowEmpty: boolean;
}

/** The options with which kubectl names manifests, for every command that reads some. */
export function addManifestOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "-f, --filename <path>",
        "file or directory of manifests, or - for standard input; can be repeated",
      ).argParser((path: string, before: readonly string[] | undefined) => [...(before ?? []), path]),
    )
    .option("-k, --kustomize <dir>", "directory with a kustomization, which kubectl renders")
    .option("-R, --recursive", "as with kubectl; directories are always read with their subdirectories")
    .option("--allow-empty", "accept manifests without an object of awsbatch.dev");
}

/** @throws CommandError when no source is given, or standard input more than once */
export function sourcesIn({ filename = [], kustomize, allowEmpty = false }: ManifestFlags): ManifestSources {
  if (filename.length === 0 && kustomize === undefined) {
    throw new CommandError(
      "-f PATH is missing: give a file or directory of manifests, - for standard input, or -k DIR",
    );
  }
  if (filename.filter((path) => path === "-").length > 1) {
    throw new CommandError("-f - can be given only once: standard input ends after it was read");
  }
  return { paths: [...new Set(filename)], kustomization: kustomize, allowEmpty };
}
