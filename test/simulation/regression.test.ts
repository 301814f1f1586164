import { beforeAll, describe, expect, it } from "vitest";
import { runApart } from "./apart.ts";

/** Worlds in which a promise was broken once, by what was wrong; each has a unit test as well. */
const seeds: Readonly<Record<string, number>> = {
  "a name that a stale read had shown once more was checked every 2 seconds forever": 20,
  "a status that was on the wire when its writer fell asleep covered what its successor reported": 910_003,
  "an environment was INVALID for half an hour because its role had only just come into its profile": 2_000_027,
  "a revision copied by hand, tags and all, was taken for ours once ours was deregistered": 2_000_110,
  "a watch that lagged by 8 s brought back what our own write had changed, and a status reported by that": 2_200_192,
  "a network was read again each second while the wall clock, put back, caught up": 2_000_190,
  "a role went with its job definition, of which somebody had registered a revision by hand that names it": 2_400_554,
  "the jobs of every queue were listed each minute for a role that could not go yet anyhow": 2_401_160,
  "two claimants of a queue waited for each other after the loss of the cluster": 2_401_578,
  "a role of a lost cluster was left behind when its object asked for none any more": 2_402_674,
  "an update could end jobs at once because the spec had once allowed that": 2_600_517,
  "a replacement waited forever for room in the quota that an environment long followed by another took": 2_600_054,
  "a queue turned every five minutes with an environment whose removed role nobody checked": 3_020_253,
  "a deletion kept an environment that no queue named, and that took the last room of the quota": 3_020_091,
  "a machine slept beyond its lease while its wall clock was put back by as much, and went on writing": 2_400_968,
  "a role of a lost cluster was left behind that only older revisions named": 2_801_583,
  "an annotation that was taken away unseen by any watch was reported by the quarter-hourly list, after all had converged": 2_800_932,
  "a job definition that an older claimant took over was judged as if it still were its first owner's": 2_801_131,
  "a job definition was judged as its first owner's, without the loss of a cluster": 2_801_307,
  "successors that the spec had moved on from before they served took the room of the next one forever": 2_801_509,
  "a role made by hand was removed as if the operator would make it again, and nobody did": 4_100_108,
  "an environment that somebody had taken from us was disabled from the last listing, as its spec said": 4_105_320,
  "two revisions registered by hand, with the tags of ours, were taken for one that we had registered twice": 4_105_783,
  "a target from which queues had gone back was never checked again, whatever its spec or AWS had become": 4_106_376,
  "what a deletion with Retain was about to leave was judged as if it would go": 4_106_153,
  "a tool gave a queue its tags back in the second in which its object let it go": 9_000_198,
  "a policy that ends jobs was taken back while the call that ends one was on its way": 8_001_044,
  "silence was judged while the deletion that makes room for a successor was still under way": 8_001_177,
  "a status was reported from an object that a lost event had left in the cache until that moment": 8_002_974,
  "what a predecessor had written was written once more, and not seen for two seconds": 9_002_521,
  "a queue reported the request and the refusal of an environment with each try": 10_000_475,
  "a refusal was reported late, for the API server did not answer twice": 10_000_519,
  "silence was judged while AWS still carried out an update, for another object had no room": 10_002_701,
  "two objects waited forever for room in the quota that predecessors out of service took": 11_001_683,
  "a job definition waited for an object that had gone as a dry run, and was judged as if its revision were nobody's": 31_002_578,
  "silence was judged before a role was seen to be gone whose object could not become Ready": 40_008_022,
  "a status was written that was on its way when the watch showed what had been lost of the one before": 90_001_209,
  "what EC2 did not report was reported without what it was about, and without a next step": 60_000_494,
  "a read of one job definition was taken for a listing of all": 60_000_527,
  "two revisions registered by hand, with the tags of an adopted one, were taken for one that we had registered twice": 86,
  "AWS was asked to validate an environment again that it had found VALID since the last listing": 100_005_540,
  "an environment was to be DISABLED by its spec in the second in which somebody took our tags off": 110_012_831,
  "a replica whose clock was behind noted five times a second since when an environment serves": 160_001_016,
  "AWS refused the same write twice, and had begun to carry it out: one status reported both": 160_012_396,
  "no watch had shown the older of two claimants, and the younger was judged to have no right to the name": 160_013_967,
  "a revision was on the wire when its writer fell asleep, and was registered when its object had long gone": 180_004_059,
  "the repair of a service role broke off, and its deletion waited forever for what nobody attached": 180_007_690,
  "where a quota left no room for another attempt, AWS never validated the fixed one again": 180_012_357,
  "a tool gave a queue the priority that its user set 21 seconds later, before the next listing": 180_013_953,
  "tags were put once more on what the writer's successor had left in AWS while it slept": 230_005_864,
  "a replacement waited for a queue that kept its order for want of the room that the predecessor took": 290_005_064,
  "a watch showed an object's last status while its next one was being decided, and a turn was reported again": 300_009_265,
  "a read of 6 s ago did not show the queue that we had just made, and its only environment was disabled": 310_002_349,
  "what a tool had taken from us took the last room of the quota, and was INVALID": 320_000_023,
  "what Retain had left was INVALID for long, and an order without it was judged to take it": 320_015_623,
  "an adoption was on the wire as the cluster was lost, and was judged by the objects of the next one": 340_000_969,
  "what was to make room was marked as retired every five minutes, and never disabled": 350_001_791,
  "what was to be deleted was all that a queue had, and its room was what the queue waited for": 370_015_750,
  "a queue was Stalled, without a next step, for a service environment that was UPDATING just then": 7_000_010,
  "an update policy was set and set back to AWS's default, which a fresh account does not describe": 700_005_017,
  "a consumable was deleted that a definition named whose event the watch had lost": 8_500_000_124,
  "the quota shares of a queue that is not there were described one by one each minute": 8_500_000_156,
  "a tool raised a consumable of which jobs held more than the spec says, and AWS was said to lower it": 8_500_000_916,
  "a revision was registered above one of a tool that had gone in the same second, unseen by any read": 9_000_000_311,
  "the security group of a network's endpoints stayed when the last endpoint that has it had gone": 9_400_007_033,
  "a queue goes to what is not verified, because the cache keeps only a part of its object": 9_600_000_024,
  "a queue goes to what never ran a job, because another one failed its verification": 9_600_000_076,
};

describe("worlds that broke a promise once", () => {
  const reported = new Map<number, unknown>();

  beforeAll(async () => {
    const args = Object.values(seeds).map(String);
    const code = await runApart("kept-worlds.ts", args, new AbortController().signal, (line) => {
      const [seed = ""] = line.split(" ", 1);
      reported.set(Number(seed), JSON.parse(line.slice(seed.length + 1)));
    });
    expect(code).toBe(0);
  });

  for (const [what, seed] of Object.entries(seeds)) {
    it(`no longer: ${what} (seed ${seed})`, () => expect(reported.get(seed)).toBeNull());
  }
});
