import type {
  AvailabilityZone,
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
} from "@aws-sdk/client-ec2";
import { zonesOf } from "../ec2-catalogue.ts";
import { byIds, type FilterTable, filtered } from "../ec2-filters.ts";
import { ec2Refusal } from "../ec2-state.ts";
import type { NetworkParts } from "./handler.ts";
import { zoneId } from "./records.ts";

/** Reads of the zones of the region; every account has them. */
export const zoneReads = {
  describeAvailabilityZones(
    { state }: NetworkParts,
    input: DescribeAvailabilityZonesRequest,
  ): DescribeAvailabilityZonesResult {
    const { region } = state.world;
    const all = zonesOf(region).map(
      (name): AvailabilityZone => ({
        ZoneName: name,
        ZoneId: zoneId(name),
        ZoneType: "availability-zone",
        RegionName: region,
        GroupName: `${region}-zg-1`,
        NetworkBorderGroup: region,
        OptInStatus: "opt-in-not-required",
        State: "available",
        Messages: [],
      }),
    );
    const byName = byIds(all, input.ZoneNames, ({ ZoneName }) => ZoneName, noSuchZone);
    const named = byIds(byName, input.ZoneIds, ({ ZoneId }) => ZoneId, noSuchZone);
    return { AvailabilityZones: [...filtered(named, input.Filters, filters, () => [])] };
  },
};

function noSuchZone(zone: string): Error {
  return ec2Refusal("InvalidParameterValue", `Invalid availability zone: [${zone}]`);
}

const filters: FilterTable<AvailabilityZone> = {
  "group-name": ({ GroupName }) => [GroupName],
  "opt-in-status": ({ OptInStatus }) => [OptInStatus],
  "region-name": ({ RegionName }) => [RegionName],
  state: ({ State }) => [State],
  "zone-id": ({ ZoneId }) => [ZoneId],
  "zone-name": ({ ZoneName }) => [ZoneName],
  "zone-type": ({ ZoneType }) => [ZoneType],
};
