import type { X509Certificate } from "node:crypto";
import type { Endpoint } from "@rollcall/core";
import type { UniqueNode } from "../node.js";

/** The path of a PEM file, or what would be in it: a text with `-----BEGIN` in it, or bytes. Only files are read again. */
export type TlsMaterial = string | Uint8Array;

/**
 * Says whether a certificate, which is trusted already, is one for the node that its owner says he is: `true`, or the
 * reason why not, for both sides to read. Called by both sides during every handshake; has to answer at once.
 */
export type PeerCheck = (certificate: X509Certificate, claimed: UniqueNode) => boolean | string;

/** How nodes talk over TLS, and to whom. Durations are milliseconds. */
export interface TlsSettings {
  /** Who signs the certificates of the nodes: one authority or several. Nobody else's word counts, the system's neither. */
  ca: TlsMaterial | readonly TlsMaterial[];
  /** This node's certificate, with the intermediate ones behind it. For both directions: `serverAuth` and `clientAuth`. */
  certificate: TlsMaterial;
  /** The key of the certificate. */
  key: TlsMaterial;
  /** Opens the key, if it is encrypted. */
  passphrase?: string | undefined;
  /**
   * Whether who dials has to show a certificate as well. Default true. With false whoever reaches the port may join,
   * unless there is a secret.
   */
  mutual?: boolean | undefined;
  /** The oldest version to speak. Default `TLSv1.3`. */
  minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
  /**
   * The name that has to be in the certificate of whoever is dialled. Default: the host that is dialled, name or address.
   * A text is a name that all nodes' certificates have; a function gives the name; false takes any certificate of `ca`.
   */
  serverName?: string | false | ((dialled: Endpoint) => string | false) | undefined;
  /**
   * Which certificates are those of which node. A text, or several of which one has to fit, is compared with each name in
   * the certificate, written `DNS:…`, `IP:…`, `URI:…` or `email:…`: `*` stands for anything without `.` and `/`; `{host}`,
   * `{port}` and `{system}` for what the node says it is. Default: every certificate of `ca` is good for every node.
   */
  verifyPeer?: string | readonly string[] | PeerCheck | undefined;
  /** How often the files are read again. Default 10,000; `Infinity` for never. */
  reloadEveryMs?: number | undefined;
  /**
   * Within what time after a reload the connections that were made before are closed, one after the other, and made
   * again. Default: never; they live as long as they last.
   */
  renewWithinMs?: number | undefined;
  /** How long before the certificate expires to warn. Default: a fifth of its life, at most 14 days. */
  warnBeforeExpiryMs?: number | undefined;
}

/** A certificate, for people. Times as in ISO 8601. */
export interface CertificateExplanation {
  readonly subject: string;
  readonly issuer: string;
  /** As `DNS:…`, `IP:…`, `URI:…`. */
  readonly names: readonly string[];
  readonly validFrom: string;
  readonly expires: string;
  /** SHA-256, as `openssl x509 -fingerprint -sha256` shows it. */
  readonly fingerprint: string;
}

/** What became of connections that did not get through TLS, by the address that they came from. */
export interface TlsFailureExplanation {
  readonly address: string;
  readonly count: number;
  /** The latest one. */
  readonly code: string;
  readonly message: string;
  readonly agoMs: number;
}

/** What a node shows others, whom it trusts, and what went wrong. Plain data, as of now. */
export interface TlsExplanation {
  readonly certificate: CertificateExplanation;
  readonly authorities: readonly CertificateExplanation[];
  readonly mutual: boolean;
  readonly minVersion: string;
  /** How often a new certificate has been taken since the start, and how long ago the one in use was. */
  readonly reloads: number;
  readonly loadedAgoMs: number;
  /** Why the files as they are now are not used; the ones before are. Undefined when they are. */
  readonly reloadError: { readonly code: string; readonly message: string; readonly agoMs: number } | undefined;
  /** Connections that are there, and those of them that were made before the latest reload. */
  readonly connections: { readonly open: number; readonly older: number };
  /** Who came and did not get through TLS: the latest addresses, at most 64, the latest first. */
  readonly failures: readonly TlsFailureExplanation[];
}
