/** Keep the AWS side as it is; wait in deletion too. */
export const pausedAnnotation = "awsbatch.dev/paused";
/** Observe and plan, write nothing. */
export const dryRunAnnotation = "awsbatch.dev/dry-run";
/** Any new value asks for a reconcile now; echoed in `status.lastHandledReconcileAt`. */
export const reconcileRequestedAtAnnotation = "awsbatch.dev/reconcile-requested-at";
/** `<plan id>/<step>`: lets a held step go on. */
export const approveAnnotation = "awsbatch.dev/approve";
/** On a deleting object: drop the finalizer without touching AWS. */
export const abandonAnnotation = "awsbatch.dev/abandon";
/** `<account>/<region>`, written by the operator together with the finalizer. */
export const locationAnnotation = "awsbatch.dev/location";
/** The IAM roles that were made for the object, by name with commas; written by the operator before it makes them. */
export const rolesAnnotation = "awsbatch.dev/roles";

/** Ids of VPCs in which the object has asked for endpoints; written by the operator before the first is made. */
export const endpointsAnnotation = "awsbatch.dev/endpoints";
/** Ids of VPCs in which the object has asked for a security group; written by the operator before it makes one. */
export const securityGroupAnnotation = "awsbatch.dev/security-group";

export const cleanupFinalizer = "awsbatch.dev/cleanup";
