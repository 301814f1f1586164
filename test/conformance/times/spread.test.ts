import { expect, test } from "vitest";
import { type MeasureId, spreadsOf, timesTable } from "../../../conformance/times/spread.ts";
import { defaultKnobs } from "../../../src/simulator/knobs.ts";

const knobs = { ...defaultKnobs, queueSettleMs: 5000, ec2ValidMs: 45_000, stalenessMs: 3000 };

test.each<[string, MeasureId, readonly number[], string]>([
  ["the median of three, in any order", "createQueue", [6000, 5000, 5500], "5 5.5 6 agrees"],
  ["of two, the lower one", "createQueue", [7000, 5000], "5 5 7 agrees"],
  ["a time that is short counts with the precision of a reading", "createQueue", [9000], "9 9 9 agrees"],
  ["slower than that", "createQueue", [9100], "9.1 9.1 9.1 slower"],
  ["half of a long time is near enough", "createEc2", [22_500], "22.5 22.5 22.5 agrees"],
  ["less than half is not", "createEc2", [22_400], "22.4 22.4 22.4 faster"],
  ["one of three that is slow does not count", "createEc2", [45_000, 45_000, 90_000], "45 45 90 agrees"],
  ["of what has a maximum, each counts", "write", [0, 0, 8000], "0 0 8 slower"],
  ["what has a maximum may be faster", "write", [0], "0 0 0 agrees"],
])("%s", (_name, id, milliseconds, expected) => {
  const lines = spreadsOf(new Map([[id, milliseconds]]), knobs).map(
    ({ min, median, max, verdict }) => `${min} ${median} ${max} ${verdict}`,
  );
  expect(lines).toEqual([expected]);
});

test("the table names what differs, and leaves out what was not measured", () => {
  const spreads = spreadsOf(
    new Map([
      ["createQueue", [30_000]],
      ["tag", [200]],
      ["job", []],
    ]),
    knobs,
  );
  expect(timesTable(spreads).split("\n")).toEqual([
    "times in seconds:                  min  median     max  believed",
    "  CREATING a queue                30.0    30.0    30.0       5.0  slower than believed",
    "  a tag, until a read shows it     0.2     0.2     0.2       3.0",
  ]);
});
