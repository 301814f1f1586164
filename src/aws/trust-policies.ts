/** Who may take the operator's own role: the trust policies for its ServiceAccount. */

export interface TrustScope {
  readonly partition: string;
  readonly account: string;
  /** Of the operator's ServiceAccount. */
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * For IAM Roles for Service Accounts.
 * @param issuer the cluster's OIDC issuer, with or without `https://`
 */
export function irsaTrust(scope: TrustScope, issuer: string): object {
  const provider = issuer.replace(/^https:\/\//, "").replace(/\/$/, "");
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:${scope.partition}:iam::${scope.account}:oidc-provider/${provider}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${provider}:aud`]: "sts.amazonaws.com",
            [`${provider}:sub`]: `system:serviceaccount:${scope.namespace}:${scope.serviceAccount}`,
          },
        },
      },
    ],
  };
}

/**
 * For EKS Pod Identity: its sessions have the names of cluster, namespace and ServiceAccount as tags.
 * @param clusterArn of the EKS cluster
 */
export function podIdentityTrust(scope: TrustScope, clusterArn: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:RequestTag/eks-cluster-arn": clusterArn,
            "aws:RequestTag/kubernetes-namespace": scope.namespace,
            "aws:RequestTag/kubernetes-service-account": scope.serviceAccount,
            "aws:SourceAccount": scope.account,
          },
        },
      },
    ],
  };
}
