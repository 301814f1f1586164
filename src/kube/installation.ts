/** Where every documented way installs the operator, and what the trust policy of its IAM role names. */

export const operatorNamespace = "aws-batch-system";

/** Name of the ServiceAccount, and of the other objects of the plain manifests. */
export const operatorName = "aws-batch-operator";
