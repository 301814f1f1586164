/** A VPC as an index has it. */
export function vpcText(region: string, vpcId: string): string {
  return `${region} ${vpcId}`;
}
