/** No writes to AWS, not even for a deletion. */
export const pausedAnnotation = "awsbatch.dev/paused";
/** Observe and plan, write nothing. */
export const dryRunAnnotation = "awsbatch.dev/dry-run";
/** Any new value triggers a reconcile now; echoed in `status.lastHandledReconcileAt`. */
export const reconcileRequestedAtAnnotation = "awsbatch.dev/reconcile-requested-at";
/** `<plan id>/<step>`: approves a held step. */
export const approveAnnotation = "awsbatch.dev/approve";
/** On an object that is being deleted: removes the finalizer without changing AWS. */
export const abandonAnnotation = "awsbatch.dev/abandon";
/** `<account>/<region>`, written by the operator together with the finalizer. */
export const locationAnnotation = "awsbatch.dev/location";
/** Name of the AWS resource in which the object's own is; the operator writes it together with the finalizer. */
export const withinAnnotation = "awsbatch.dev/within";
/** Names of the IAM roles created for the object, comma-separated; the operator writes it before it creates them. */
export const rolesAnnotation = "awsbatch.dev/roles";

/**
 * What the operator is about to submit for a BatchJob, as JSON; it writes it before each request, so that nothing is
 * forgotten that AWS may have accepted.
 */
export const submissionAnnotation = "awsbatch.dev/submission";

/** The directory that has the manifest of the object; `local` writes it. */
export const manifestAnnotation = "awsbatch.dev/manifest";

export const cleanupFinalizer = "awsbatch.dev/cleanup";

/** Annotations of a Namespace: globs of names, which replace or narrow the flag of the same name there. */
export const nameAnnotations = {
  allowed: "awsbatch.dev/allowed-names",
  adoptable: "awsbatch.dev/adoptable-names",
} as const;

/** Annotations of a Namespace, each for the flag of its name. */
export const environmentAnnotations = {
  resources: "awsbatch.dev/allowed-resources",
  services: "awsbatch.dev/allowed-endpoint-services",
  ingress: "awsbatch.dev/allow-public-ingress",
} as const;

/** Annotations of a Namespace, each for the flag of its name. */
export const roleAnnotations = {
  policies: "awsbatch.dev/allowed-policy-arns",
  roles: "awsbatch.dev/allowed-role-arns",
  tagKeys: "awsbatch.dev/allowed-role-tag-keys",
  boundary: "awsbatch.dev/permissions-boundary",
  inline: "awsbatch.dev/allow-inline-policies",
} as const;
