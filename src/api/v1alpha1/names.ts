/** Patterns of names. Apart from the schemas, for code that runs without them. */

/** AWS's pattern for the names of everything in Batch. */
export const awsName = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const awsNameLimit = 128;

/** Whether something in Batch can have the name: AWS may refuse a whole read in which one name is none. */
export function isAwsName(text: string): boolean {
  return text.length <= awsNameLimit && awsName.test(text);
}

/** Names of namespaces, among others; at most 63 characters. */
export const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** Names of most Kubernetes objects; at most 253 characters. */
export const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What `awsbatch.dev/approve` may be: nothing that means anything to a shell or to YAML, because a person copies it. */
export const approvalPattern = /^[A-Za-z0-9._/@:,-]+$/;
