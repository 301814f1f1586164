import { expect, it } from "vitest";
import { beatMs, type Heartbeats, isLive, noHeartbeats, returned, sentNow } from "../../src/events/heartbeat.ts";

/** Heartbeats sent one minute after the other, the first at 0. */
const sent = (...tokens: readonly string[]): Heartbeats =>
  tokens.reduce((beats, token, index) => sentNow(beats, token, index * beatMs), noHeartbeats);

it("is not live before the first heartbeat came back", () => {
  expect(isLive(sent("a"), 0)).toBe(false);
});

it("is live from the first that comes back until two are missing", () => {
  const beats = returned(sent("a"), "a");
  expect(isLive(beats, 149_999)).toBe(true);
  expect(isLive(beats, 150_000)).toBe(false);
});

it("counts from when a heartbeat was sent, so one that comes back late proves little", () => {
  expect(isLive(returned(sent("a", "b", "c", "d"), "a"), 180_000)).toBe(false);
});

it("takes no notice of a token that was not sent, or was sent long ago", () => {
  expect(returned(sent("a"), "forged").provenAt).toBeUndefined();
  const many = Array.from({ length: 11 }, (_, index) => `t${index}`);
  expect(returned(sent(...many), "t0").provenAt).toBeUndefined();
  expect(returned(sent(...many), "t1").provenAt).toBe(beatMs);
});

it("knows the newest, in whatever order they come back, and however often", () => {
  const beats = ["b", "a", "b", "a"].reduce(returned, sent("a", "b"));
  expect(beats.provenAt).toBe(beatMs);
});
