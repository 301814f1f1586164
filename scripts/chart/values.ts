import { z } from "zod";
import { flagValues } from "./flag-values.ts";
import { monitoring } from "./monitoring-values.ts";
import { availability, podValues } from "./pod-values.ts";
import { choice, list, map, name, on, quantity, section, text } from "./value.ts";

/**
 * The values of the chart: values.yaml, values.schema.json and the table of its README are made from this. Closed
 * everywhere, so that a misspelt value is refused and not passed over.
 */
export const chartValues = z.strictObject({
  nameOverride: name("Instead of the chart's name, in names and labels."),
  fullnameOverride: name("Instead of release name and chart name, for every object."),
  namespaceOverride: name("Instead of the namespace of the release."),
  commonLabels: map("Labels of every object and pod."),
  commonAnnotations: map("Annotations of every object."),
  image: section("The operator's image.", {
    registry: text("Put before the repository."),
    repository: z.string().min(1).default("aws-batch-operator").describe("Without tag and digest."),
    tag: text("Default: the chart's appVersion."),
    digest: z
      .string()
      .regex(/^(sha256:[0-9a-f]{64})?$/)
      .default("")
      .describe("`sha256:…`; then the tag decides nothing."),
    pullPolicy: choice("When the image is fetched.", ["IfNotPresent", "Always", "Never"]),
  }),
  imagePullSecrets: list("`[{name: …}]`."),
  flags: flagValues(),
  watch: section("Where the operator works.", {
    namespaces: z
      .array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/))
      .meta({ uniqueItems: true })
      .default([])
      .describe("Only in these, with a Role in each and no ClusterRole. Empty: in all namespaces."),
  }),
  leaderElection: section("One of the replicas works, the others wait.", {
    enabled: on("Without it there must be one replica, and it is replaced by `Recreate`."),
    namespace: text("Of the lease. Default: the namespace of the release."),
  }),
  aws: section("How the operator is known to AWS; left empty, by EKS Pod Identity or by the node.", {
    roleArn: z
      .string()
      .regex(/^(arn:aws[a-z-]*:iam::\d{12}:role\/\S+)?$/)
      .default("")
      .describe("IAM role for the ServiceAccount (IRSA): becomes its annotation `eks.amazonaws.com/role-arn`."),
    credentialsSecret: text(
      "Name of a Secret with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and perhaps `AWS_SESSION_TOKEN`.",
    ),
    endpointUrl: text("`AWS_ENDPOINT_URL`: another endpoint for all of AWS."),
  }),
  serviceAccount: section("Who the operator is in Kubernetes.", {
    create: on("Make it."),
    name: text("Default: the full name; the namespace's `default` when none is made."),
    annotations: map("For EKS Pod Identity none is needed; IRSA has `aws.roleArn`."),
    labels: map("More labels."),
    automountToken: on("Off: the token comes as a projected volume of the pod."),
  }),
  rbac: section("Exactly the permissions that the operator uses.", {
    create: on("Make roles and bindings."),
    aggregateToView: on("People who may view a namespace may view the objects."),
    aggregateToEdit: on("Those who may edit one may write them."),
    aggregateToAdmin: on("And so may its admins. All three only when all namespaces are watched."),
    extraRules: list("More rules for the operator."),
  }),
  crds: section("The custom resource definitions.", {
    enabled: on("Install and upgrade them. Off: they come with the chart aws-batch-operator-crds or by kubectl."),
    keep: on("Leave them, and so every object, when the release is uninstalled. Off: refused while objects exist."),
    allowDowngrade: z.boolean().default(false).describe("Let an older chart write over definitions of a newer one."),
  }),
  deletionProtection: section("A ValidatingAdmissionPolicy.", {
    enabled: z
      .boolean()
      .default(false)
      .describe('Refuse to delete objects that are annotated `awsbatch.dev/deletion-protection: "true"`.'),
  }),
  ...availability,
  ...podValues,
  ...monitoring,
  simulator: section("A trial without AWS: a simulated account beside the operator, which forgets all when it stops.", {
    enabled: z.boolean().default(false).describe("Run it, and let the operator use it instead of AWS."),
    speed: z.number().positive().default(10).describe("How many times faster than AWS it is."),
    region: text("That it simulates.", "us-east-1"),
    resources: quantity("Of its container.", {
      requests: { cpu: "20m", memory: "96Mi" },
      limits: { memory: "256Mi" },
    }),
  }),
  tests: section("What `helm test` runs.", {
    enabled: on("Make the pod for it: it applies an object as a dry run, and waits for its plan."),
    timeoutSeconds: z.number().int().min(5).max(600).default(60).describe("How long it waits."),
  }),
  extraObjects: list("More objects; strings in them are templates."),
});
