/** How to reach a server, and as whom. */
export interface Connection {
  /** Such as `https://10.96.0.1:443`; a path may follow. */
  readonly url: string;
  /** Certificates, in PEM, that the server's must come from. Default: those that the system trusts. */
  readonly ca?: string;
  /** A client certificate with its key, in PEM. */
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  /** The name in the server's certificate, if it is not the URL's. */
  readonly servername?: string;
  /** Whatever the server's certificate is. */
  readonly insecure?: boolean;
  /** The namespace that goes with it. */
  readonly namespace?: string;
  /** Where it was found, for messages. */
  readonly source: string;
}

/** Called before each request, so that a token or certificate which was replaced meanwhile is used. */
export type LoadConnection = () => Promise<Connection>;
