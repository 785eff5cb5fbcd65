import type { Endpoint } from "@rollcall/core";
import { ClusterError } from "../cluster-error.js";
import { type Accept, MAX_HANDSHAKE_FRAME_BYTES } from "../handshake/handshake-message.js";
import { compareNodes, type UniqueNode } from "../node.js";
import type { Connection } from "../transport/transport.js";
import type { Association, DialResult } from "./association.js";
import type { AssociationCounters, AssociationsContext } from "./associations-context.js";
import { candidate, Gatekeeper } from "./gatekeeper.js";
import { encodeOffer, performHandshake, type Verdict } from "./outbound-handshake.js";
import { endPause, Pursuit } from "./pursuit.js";
import { Reception } from "./reception.js";
import { SendBuffer } from "./send-buffer.js";

/**
 * All that this node holds about talking to others: one association a peer, one connection an association at most.
 *
 * When two nodes dial each other at once, both see both connections before either is used, and agree without another
 * message: the one dialled by the lower node is used. Frames flow only after that, so their order is kept.
 */
export class Associations {
  readonly counters: AssociationCounters = {
    sentFrames: 0,
    sentBytes: 0,
    receivedFrames: 0,
    receivedBytes: 0,
    droppedFrames: 0,
    refusedConnections: 0,
  };
  readonly #context: AssociationsContext;
  readonly #associations = new Map<string, Association>();
  readonly #gatekeeper: Gatekeeper;
  readonly #reception: Reception;
  readonly #pursuit: Pursuit;
  readonly #dials = new Set<AbortController>();
  #stopped = false;
  #opened = 0;

  constructor(context: AssociationsContext) {
    this.#context = context;
    const { authentication, clock, logger, metadata, options, view } = context;
    this.#gatekeeper = new Gatekeeper({
      hook: context.admission,
      timeoutMs: options.admissionTimeoutMs,
      maxQuestions: options.maxHandshakes,
      self: view.self,
      isMember: (nodeId) => view.member(nodeId) !== undefined,
      clock,
      logger,
    });
    this.#reception = new Reception({
      options,
      view,
      authentication,
      gatekeeper: this.#gatekeeper,
      metadata,
      clock,
      isOpen: (nodeId) => this.isOpen(nodeId),
      onCrowded: () => this.counters.refusedConnections++,
      onConfirmed: (connection, peer) => this.#use(connection, peer, false),
      onRefused: context.onRefused,
    });
    this.#pursuit = new Pursuit({
      clock,
      random: context.random,
      logger: context.logger,
      holds: (association) => this.#holds(association),
      dial: (peer, silent) => this.#dial(peer, peer.id, undefined, silent),
      onUnreached: context.onUnreached,
    });
  }

  /** How many associations are open. */
  get open(): number {
    let open = 0;
    for (const association of this.#associations.values()) if (association.connection !== undefined) open++;
    return open;
  }

  /** How many there are, those included that are not open (yet, or any more). */
  get size(): number {
    return this.#associations.size;
  }

  /** How many frames wait for associations to open, all together. */
  get bufferedFrames(): number {
    let frames = 0;
    for (const { buffer } of this.#associations.values()) frames += buffer.length;
    return frames;
  }

  /** How many incoming connections there are of which nobody is known to be behind them. */
  get strangers(): number {
    return this.#reception.strangers;
  }

  /** Peers that have dialled and shaken hands, and are not members yet. */
  get guests(): number {
    return this.#reception.guests;
  }

  /** Whether there may be an association with a peer, or is one. */
  hasRoom(nodeId: string): boolean {
    return this.#associations.has(nodeId) || this.#associations.size < this.#context.options.maxAssociations;
  }

  isOpen(nodeId: string): boolean {
    return this.#associations.get(nodeId)?.connection !== undefined;
  }

  /** How many attempts in a row to reach a peer have failed; 0 while it answers. */
  failures(nodeId: string): number {
    return this.#associations.get(nodeId)?.failures ?? 0;
  }

  /** Takes an incoming connection. */
  accept(connection: Connection): void {
    this.#reception.accept(connection);
  }

  /**
   * Connects to an address and shakes hands. An association that exists with whoever answers is kept.
   *
   * @param targetId the incarnation that is meant, where a certain one is
   * @throws ClusterError `CONNECT_FAILED`, `CONNECT_TIMED_OUT`, `HANDSHAKE_FAILED`, `HANDSHAKE_TIMED_OUT`, `SHUT_DOWN`
   */
  dial(to: Endpoint, targetId: string | undefined, signal?: AbortSignal): Promise<DialResult> {
    return this.#dial(to, targetId, signal, undefined);
  }

  /** @param silent a connection that is to be replaced if the peer answers over this one */
  async #dial(
    to: Endpoint,
    targetId: string | undefined,
    signal: AbortSignal | undefined,
    silent: Connection | undefined,
  ): Promise<DialResult> {
    if (this.#stopped) throw shutDown();
    signal?.throwIfAborted();
    const dial = new AbortController();
    const abort = () => dial.abort(signal?.reason);
    this.#dials.add(dial);
    signal?.addEventListener("abort", abort);
    try {
      const begun = this.#opened;
      const { metadata, options, transport, view } = this.#context;
      const connecting = transport.connect(to, options.connectTimeoutMs, dial.signal);
      // Made while the connection is under way.
      const offer = encodeOffer(view.self, targetId, metadata);
      const connection = await connecting;
      const decide = (accept: Accept) => this.#decide(accept, begun, silent);
      return await this.#shakeHands(connection, offer, decide, dial.signal);
    } finally {
      this.#dials.delete(dial);
      signal?.removeEventListener("abort", abort);
    }
  }

  #shakeHands(
    connection: Connection,
    offer: Uint8Array,
    decide: (accept: Accept) => Verdict,
    aborted: AbortSignal,
  ): Promise<DialResult> {
    const { authentication, clock, options, view } = this.#context;
    const session = authentication.dial(connection.channelBinding);
    connection.limitFrames(MAX_HANDSHAKE_FRAME_BYTES);
    return new Promise<DialResult>((resolve, fail) => {
      performHandshake(
        connection,
        offer,
        { view, session, ask: (accept) => this.#gatekeeper.ask(candidate(accept, connection, "us")), decide },
        (expired) => clock.schedule(options.handshakeTimeoutMs, expired),
        aborted,
        (result) => {
          if (result.kind === "rejected") {
            const { rejection, peer, by } = result;
            const { remote } = connection;
            this.#context.onRefused({ rejection, peer: peer?.toString(), remote, dialledBy: "us", refusedBy: by });
            return resolve(result);
          }
          const peer = result.accept.from;
          if (result.verdict === "use") this.#use(connection, peer, true);
          if (result.verdict !== "await" || this.isOpen(peer.id)) return resolve({ kind: "associated", peer });
          this.#reception.opened(peer, aborted).then(() => resolve({ kind: "associated", peer }), fail);
        },
        fail,
      );
    });
  }

  /**
   * Sends a frame, over a connection that is made for it if need be; what cannot be sent or kept is counted.
   *
   * @returns false if it was dropped
   */
  send(peer: UniqueNode, frame: Uint8Array): boolean {
    if (this.#stopped) return false;
    if (!this.hasRoom(peer.id)) {
      this.counters.droppedFrames++;
      return false;
    }
    const association = this.#association(peer);
    if (association.connection !== undefined) return this.#transmit(association.connection, frame);
    const isKept = association.buffer.push(frame);
    if (!isKept) this.counters.droppedFrames++;
    this.#pursuit.reach(association);
    return isKept;
  }

  /**
   * Sends a frame that is worth nothing later. Where there is no connection one is made, and one such frame, the first,
   * waits for it.
   *
   * @param find whose id it is; asked only if there is no connection, which spares a look-up for nearly every frame
   */
  sendSoon(nodeId: string, frame: Uint8Array, find: (nodeId: string) => UniqueNode | undefined): void {
    const association = this.#associations.get(nodeId);
    if (association?.connection !== undefined) {
      if (!this.#stopped) this.#transmit(association.connection, frame);
    } else if (association === undefined || association.buffer.length === 0) {
      const peer = find(nodeId);
      if (peer !== undefined) this.send(peer, frame);
    } else {
      this.counters.droppedFrames++;
      this.#pursuit.reach(association);
    }
  }

  /** Dials a peer now, if it is wanted and not connected, instead of when the backoff allows. */
  redial(nodeId: string): void {
    const association = this.#associations.get(nodeId);
    if (association !== undefined) this.#pursuit.reach(association);
  }

  /** Dials a peer that does not answer, although there may be a connection; see {@link Pursuit.renew}. */
  renew(nodeId: string): void {
    const association = this.#associations.get(nodeId);
    if (association !== undefined) this.#pursuit.renew(association);
  }

  /** Ends the association with a peer that is no longer wanted, once what was sent has left. */
  close(nodeId: string): void {
    const association = this.#associations.get(nodeId);
    if (association === undefined) return;
    this.#discard(association);
    association.connection?.close();
  }

  /** Ends everything; attempts under way fail with `SHUT_DOWN`. */
  stop(): void {
    this.#stopped = true;
    for (const dial of this.#dials) dial.abort(shutDown());
    this.#reception.stop();
    for (const id of [...this.#associations.keys()]) this.close(id);
  }

  #decide(accept: Accept, begun: number, silent: Connection | undefined): Verdict {
    const peer = accept.from;
    const association = this.#associations.get(peer.id);
    const isSilent = silent !== undefined && association?.connection === silent;
    if (association?.connection !== undefined && !isSilent) {
      // If the peer does not know of the one we have, and we had it before we dialled, then it is broken.
      return accept.existing !== "none" || association.openedAt > begun ? "drop" : "use";
    }
    if (!this.#reception.hosts(peer.id)) return "use";
    // To a peer the silent connection is open, too.
    const isOpenThere = accept.existing === "open" && !isSilent;
    return isOpenThere || compareNodes(peer, this.#context.view.self) < 0 ? "await" : "use";
  }

  #use(connection: Connection, peer: UniqueNode, dialled: boolean): void {
    const association = this.#association(peer);
    const former = association.connection;
    former?.destroy();
    association.connection = connection;
    association.openedAt = ++this.#opened;
    association.failures = 0;
    endPause(association);
    connection.limitFrames(this.#context.options.maxFrameBytes);
    connection.handle({
      onFrame: (frame) => {
        this.counters.receivedFrames++;
        this.counters.receivedBytes += frame.length;
        this.#context.onFrame(association.peer, frame);
      },
      onClose: (error) => this.#lost(association, error),
    });
    if (former !== undefined) this.#context.onReplaced(peer);
    for (const frame of association.buffer.drain()) this.#transmit(connection, frame);
    this.#context.logger.debug({ peer: peer.toString(), remote: connection.remote }, "associated");
    this.#context.onAssociated(peer, dialled);
    this.#reception.settle(peer.id, true);
  }

  #lost(association: Association, error: Error | undefined): void {
    association.connection = undefined;
    const current = this.#associations.get(association.peer.id);
    // It was closed, and took its time about it: there is another one by now.
    if (current !== undefined && current !== association) return;
    this.#context.onDissociated(association.peer);
    const peer = association.peer.toString();
    this.#context.logger.debug({ peer, err: error }, "connection lost");
    this.#pursuit.reach(association);
  }

  /** Whether a peer is still to be talked to. */
  #holds(association: Association): boolean {
    const { id } = association.peer;
    if (this.#stopped || this.#associations.get(id) !== association) return false;
    if (this.#context.isWanted(id)) return true;
    // One that is open says goodbye over its connection, and is closed after that.
    if (association.connection === undefined) this.#discard(association);
    return false;
  }

  #discard(association: Association): void {
    this.#associations.delete(association.peer.id);
    endPause(association);
    this.counters.droppedFrames += association.buffer.drain().length;
  }

  #association(peer: UniqueNode): Association {
    let association = this.#associations.get(peer.id);
    if (association === undefined) {
      association = {
        peer: this.#known(peer),
        buffer: new SendBuffer(this.#context.options.buffer),
        connection: undefined,
        openedAt: 0,
        dialling: false,
        failures: 0,
        retry: undefined,
      };
      this.#associations.set(peer.id, association);
    }
    return association;
  }

  /** The object that the membership holds already: every handshake brings one more that says the same. */
  #known(peer: UniqueNode): UniqueNode {
    const member = this.#context.view.member(peer.id)?.node;
    return member !== undefined && member.address === peer.address ? member : peer;
  }

  #transmit(connection: Connection, frame: Uint8Array): boolean {
    const isSent = connection.send(frame);
    if (isSent) {
      this.counters.sentFrames++;
      this.counters.sentBytes += frame.length;
    } else {
      this.counters.droppedFrames++;
    }
    return isSent;
  }
}

function shutDown(): ClusterError {
  return new ClusterError("SHUT_DOWN", "The system has been shut down.");
}
