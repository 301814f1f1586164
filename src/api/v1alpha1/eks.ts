import { z } from "zod";
import { environmentRules } from "./container-rules.ts";
import { metadataRules, podRules, quantityRules, resourcesRules, volumeRules } from "./eks-rules.ts";
import { dnsLabel, dnsSubdomain } from "./names.ts";
import { anyText, atomicList, definitionBytesMax, flag, int, mapList, object, oneOf, text, textMap } from "./schema.ts";

/** Jobs as pods on EKS. */

const id = (description: string) => int(description, 0, 4_294_967_295);
const quantities = (description: string) => textMap(description, 16, 64, quantityRules);
const argumentList = (description: string) => atomicList(description, anyText("Argument.", definitionBytesMax), 1000);

const env = mapList(
  "Environment variables, by name; the prefix AWS_BATCH is reserved for AWS.",
  ["name"],
  object(
    "One variable.",
    {
      name: text("Name, as the container sees it.", 512),
      value: anyText(
        "Value, in plain text: everyone who may describe job definitions can read it.",
        definitionBytesMax,
      ).optional(),
    },
    ...environmentRules,
  ),
  256,
);

const resources = object(
  "Resources of the container.",
  {
    limits: quantities("Limits: cpu, memory (whole Mi), nvidia.com/gpu.").optional(),
    requests: quantities("Requests: cpu, memory (whole Mi), nvidia.com/gpu.").optional(),
  },
  ...resourcesRules,
);

const containerName = text("Name, unique in the pod. Default: Default.", 63);
const containerImage = text("Container image.", 1024);
const entrypoint = argumentList("Entrypoint. Default: the image's.");
const containerArguments = argumentList("Arguments. Default: the image's.");

/** What a job overrides of a container. */
export const eksContainerOverride = object("One container.", {
  name: containerName.optional(),
  image: containerImage.optional(),
  command: entrypoint.optional(),
  args: containerArguments.optional(),
  env: env.optional(),
  resources: resources.optional(),
});

const container = object("One container of the pod.", {
  name: containerName.optional(),
  image: containerImage,
  imagePullPolicy: oneOf("When the image is pulled.", ["Always", "IfNotPresent", "Never"]).optional(),
  command: entrypoint.optional(),
  args: containerArguments.optional(),
  env: env.optional(),
  resources: resources.optional(),
  volumeMounts: mapList(
    "Volume mounts, by path.",
    ["mountPath"],
    object("One mount.", {
      name: text("Name of the volume.", 63).optional(),
      mountPath: text("Path in the container.", 4096),
      subPath: text("Path in the volume. Default: its root.", 4096).optional(),
      readOnly: flag("Mount read-only. Default: false.").optional(),
    }),
    30,
  ).optional(),
  securityContext: object("Security context of the container.", {
    runAsUser: id("User that runs the processes.").optional(),
    runAsGroup: id("Primary group of the processes.").optional(),
    privileged: flag("Give the container root privileges on the node.").optional(),
    allowPrivilegeEscalation: flag("Let a process gain more privileges than its parent.").optional(),
    readOnlyRootFilesystem: flag("Mount the root file system read-only.").optional(),
    runAsNonRoot: flag("Refuse to run as root.").optional(),
  }).optional(),
});

const volume = object(
  "One volume.",
  {
    name: text("Name that volumeMounts use.", 63, dnsLabel),
    hostPath: object("Directory on the node.", { path: text("Path on the node.", 4096).optional() }).optional(),
    emptyDir: object("Empty directory that is deleted with the pod.", {
      medium: z
        .enum(["", "Memory"])
        .meta({ description: "Memory, or empty for the node's disk (default)." })
        .optional(),
      sizeLimit: text("Largest size, as a Kubernetes quantity.", 64).optional(),
    }).optional(),
    secret: object("A Kubernetes Secret as files.", {
      secretName: text("Name of the secret.", 253, dnsSubdomain),
      optional: flag("Start even if it is missing.").optional(),
    }).optional(),
    persistentVolumeClaim: object("A claim of a persistent volume.", {
      claimName: text("Name of the claim.", 253, dnsSubdomain),
      readOnly: flag("Mount read-only. Default: false.").optional(),
    }).optional(),
  },
  ...volumeRules,
);

const podLabels = textMap("Labels of the pod.", 64, 63);
const podAnnotations = textMap("Annotations of the pod.", 64, 255);

/** What a job overrides of its pod's metadata. The namespace is left to the definition. */
export const podMetadata = object("Metadata of the pod.", {
  labels: podLabels.optional(),
  annotations: podAnnotations.optional(),
});

const podProperties = object(
  "The pod.",
  {
    serviceAccountName: text("Service account.", 253, dnsSubdomain).optional(),
    hostNetwork: flag("Use the node's network. Default: true.").optional(),
    dnsPolicy: oneOf("How the pod resolves names.", ["Default", "ClusterFirst", "ClusterFirstWithHostNet"]).optional(),
    imagePullSecrets: mapList(
      "Secrets for private registries, by name.",
      ["name"],
      object("One secret.", { name: text("Name of the secret.", 253, dnsSubdomain) }),
      16,
    ).optional(),
    containers: atomicList("One to ten containers.", container, 10, 1),
    initContainers: atomicList(
      "Containers that run to completion before the others, in order.",
      container,
      10,
    ).optional(),
    volumes: mapList("Volumes, by name.", ["name"], volume, 30).optional(),
    metadata: object(
      "Metadata of the pod.",
      {
        labels: podLabels.optional(),
        annotations: podAnnotations.optional(),
        namespace: text("Namespace of the pod. Default: the environment's.", 63, dnsLabel).optional(),
      },
      ...metadataRules,
    ).optional(),
    shareProcessNamespace: flag("Let the containers see each other's processes.").optional(),
  },
  ...podRules,
);

export const eksProperties = object("Containers as a pod on EKS.", { podProperties });
