import { CommandError, type Io } from "../../operator/io.ts";
import { requireDirectory } from "../local/directory.ts";
import { JobsInAws } from "./in-aws.ts";
import { JobsInCluster } from "./in-cluster.ts";
import { JobsInDirectory } from "./in-directory.ts";
import type { JobFlags } from "./options.ts";
import type { JobsPlace, ObjectsPlace } from "./place.ts";
import type { SubmissionFlags } from "./to-its-end.ts";

/**
 * Where the jobs are that a command line is about.
 *
 * @param directory that of `local`
 * @param manager field manager of what the command writes into a cluster
 * @throws CommandError as `placeOf`, or if a kubeconfig cannot be used
 */
export function openPlace(flags: SubmissionFlags, directory: string | undefined, manager: string, io: Io): JobsPlace {
  return placeOf(flags, directory) === "aws" ? new JobsInAws(flags, io) : openObjects(flags, directory, manager, io);
}

/** Where the objects are; without any flag the cluster of the kubeconfig. Otherwise as `openPlace`. */
export function openObjects(
  flags: SubmissionFlags,
  directory: string | undefined,
  manager: string,
  io: Io,
): ObjectsPlace {
  placeOf(flags, directory);
  return directory === undefined ? new JobsInCluster(flags, manager, io) : new JobsInDirectory(directory, flags, io);
}

/** @param directory that of `local`. @throws CommandError if it is none, or the flags say a cluster too */
export function placeOf(
  { kubeconfig, namespace }: Pick<JobFlags, "kubeconfig" | "namespace">,
  directory: string | undefined,
): "directory" | "cluster" | "aws" {
  if (directory === undefined) return kubeconfig === undefined && namespace === undefined ? "aws" : "cluster";
  if (kubeconfig !== undefined) {
    throw new CommandError("-f DIR and --kubeconfig exclude each other: a directory has no cluster");
  }
  requireDirectory(directory);
  return "directory";
}
