import { VirtualClock } from "@rollcall/testkit";
import { expect, it } from "vitest";
import { PeerChannel, type PeerChannelContext } from "../../src/actors/calls/peer-channel.js";
import { WireTypes } from "../../src/actors/wire/wire-context.js";
import type { UniqueNode } from "../../src/node.js";
import { defaultSettings } from "../../src/settings.js";
import { node } from "../support/nodes.js";

/** Two ends of a channel, over a connection that stays and takes what `takes` says. */
function channels() {
  const state = { takes: true };
  const watched: string[] = [];
  const end = (peer: UniqueNode, other: () => PeerChannel): PeerChannel =>
    new PeerChannel(peer, {
      clock: new VirtualClock(),
      settings: defaultSettings().actors,
      wire: {
        types: new WireTypes([]),
        toRef: () => {
          throw new Error("there are no references here");
        },
      },
      frameKind: 3,
      maxFrameBytes: 1_000_000,
      maxWaitingBytes: 10_000,
      isConnected: () => true,
      standing: () => "member",
      send: (_: unknown, frame: Uint8Array) => {
        if (state.takes) other().receive(frame);
        return state.takes;
      },
      onMessage: () => {},
      onUndecodable: (_: unknown, why: string) => expect.fail(why),
      onWatch: (by: PeerChannel, actor: string, on: boolean) => {
        watched.push(`${on ? "" : "un"}watch ${actor}`);
        if (on && watched.length > 1) by.tellTerminated(actor, "unknown");
      },
    } as unknown as PeerChannelContext);
  const here: PeerChannel = end(node(2), () => there);
  const there: PeerChannel = end(node(1), () => here);
  return { here, there, state, watched };
}

it("asks again for what it watches when the other node has begun anew, since that may not have been sent", () => {
  const { here, there, state, watched } = channels();
  const told: string[] = [];
  here.watches.add("greeter", (reason) => told.push(reason));
  here.outgoing.watch("greeter", true);
  here.outgoing.flush();
  there.outgoing.message("topic", "hello");
  there.outgoing.flush();
  // The connection is full for a moment.
  state.takes = false;
  there.tellTerminated("greeter", "stopped");
  there.outgoing.flush();
  state.takes = true;
  there.outgoing.watch("another", true);
  there.outgoing.flush();
  here.outgoing.flush();
  there.outgoing.flush();
  expect(watched.filter((line) => line === "watch greeter")).toHaveLength(2);
  expect(told).toEqual(["unknown"]);
});
