import type { Clock, Timer } from "@rollcall/core";
import { isClusterError } from "../cluster-error.js";
import type { Logger } from "../logger.js";
import { type Credentials, fingerprint, isFromFiles, makeCredentials, readMaterial } from "./tls-credentials.js";
import type { TlsSettings } from "./tls-settings.js";

const DAY_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_RELOAD_MS = 10_000;
/** How often the expiry is looked at where there is nothing to read again. */
const EXPIRY_LOOK_MS = 60_000;

export interface TlsKeeperContext {
  readonly settings: TlsSettings;
  readonly clock: Clock;
  /** By the wall clock, in milliseconds: certificates know no other. */
  readonly wallClock: () => number;
  readonly logger: Logger;
  readonly onReload: (credentials: Credentials) => void;
}

/**
 * Keeps the credentials as the files have them. It reads the files again and again, rather than to be told of changes: an
 * editor renames, Kubernetes swaps a link two folders up, a network drive tells nobody, and three small files cost nothing.
 * What cannot be used, half a pair for instance, is said, and what was there before stays.
 */
export class TlsKeeper {
  readonly #context: TlsKeeperContext;
  readonly #lookEveryMs: number;
  readonly #reads: boolean;
  #credentials: Credentials | undefined;
  /** The fingerprint of what was tried last, good or bad. */
  #seen = "";
  #loadedAt = 0;
  #timer: Timer | undefined;
  #watching = false;
  #warned: "soon" | "expired" | undefined;
  reloads = 0;
  #error: { readonly code: string; readonly message: string; readonly at: number } | undefined;

  constructor(context: TlsKeeperContext) {
    this.#context = context;
    const { settings } = context;
    const everyMs = settings.reloadEveryMs ?? DEFAULT_RELOAD_MS;
    this.#reads = isFromFiles(settings) && everyMs !== Number.POSITIVE_INFINITY;
    this.#lookEveryMs = this.#reads ? everyMs : EXPIRY_LOOK_MS;
  }

  /**
   * Loads for the first time; later, gives what there is.
   *
   * @throws ClusterError whatever is the matter with the credentials
   */
  async load(): Promise<Credentials> {
    if (this.#credentials !== undefined) return this.#credentials;
    const { clock, settings, wallClock } = this.#context;
    const material = await readMaterial(settings);
    this.#seen = fingerprint(material);
    this.#loadedAt = clock.now();
    this.#credentials = makeCredentials(material, settings, wallClock());
    return this.#credentials;
  }

  get state() {
    const now = this.#context.clock.now();
    const error = this.#error;
    return {
      credentials: this.#credentials,
      reloads: this.reloads,
      loadedAgoMs: now - this.#loadedAt,
      reloadError: error && { code: error.code, message: error.message, agoMs: now - error.at },
    };
  }

  /** Looks again and again from now on, until stopped. */
  watch(): void {
    this.#watching = true;
    this.#warnOfExpiry();
    this.#schedule();
  }

  stop(): void {
    this.#watching = false;
    this.#timer?.cancel();
  }

  #schedule(): void {
    if (!this.#watching) return;
    this.#timer = this.#context.clock.schedule(this.#lookEveryMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    if (this.#reads) await this.#reload();
    if (this.#watching) this.#warnOfExpiry();
    this.#schedule();
  }

  async #reload(): Promise<void> {
    const { clock, logger, onReload, settings, wallClock } = this.#context;
    try {
      const material = await readMaterial(settings);
      const seen = fingerprint(material);
      if (!this.#watching || seen === this.#seen) return;
      this.#seen = seen;
      const credentials = makeCredentials(material, settings, wallClock());
      this.#credentials = credentials;
      this.#loadedAt = clock.now();
      this.#error = undefined;
      this.#warned = undefined;
      this.reloads++;
      const { subject, validToDate } = credentials.certificate;
      logger.info({ subject, expires: validToDate.toISOString() }, "new certificate and authorities taken");
      onReload(credentials);
    } catch (error) {
      const code = isClusterError(error) ? error.code : "TLS_FAILED";
      const { message } = error as Error;
      // A file that was missing may come back as it was: then there is nothing left to complain about.
      if (code === "TLS_FILE_UNREADABLE") this.#seen = "";
      if (this.#error?.message !== message) logger.warn({ code, err: error }, "the certificate in use stays");
      this.#error = { code, message, at: clock.now() };
    }
  }

  #warnOfExpiry(): void {
    const certificate = this.#credentials?.certificate;
    if (certificate === undefined) return;
    const { logger, settings, wallClock } = this.#context;
    const expires = certificate.validToDate.getTime();
    const lifeMs = expires - certificate.validFromDate.getTime();
    const aheadMs = settings.warnBeforeExpiryMs ?? Math.min(lifeMs / 5, 14 * DAY_MS);
    const leftMs = expires - wallClock();
    const about = { subject: certificate.subject, expires: certificate.validToDate.toISOString() };
    if (leftMs <= 0 && this.#warned !== "expired") {
      this.#warned = "expired";
      logger.error(about, "the certificate has expired: nobody takes new connections of this node, renew it now");
    } else if (leftMs > 0 && leftMs <= aheadMs && this.#warned === undefined) {
      this.#warned = "soon";
      logger.warn(about, "the certificate expires soon: renew it");
    }
  }
}
