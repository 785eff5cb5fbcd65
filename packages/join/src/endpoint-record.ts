import { type Endpoint, formatEndpoint, type ServiceInstance } from "@rollcall/core";

/** How the last attempt on an endpoint failed. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  /** A peer said so; otherwise nobody answered. */
  readonly answered: boolean;
}

/** Somebody of this program asked for this endpoint, apart from what is listed. */
export interface JoinRequest {
  readonly id: number;
  readonly maxAttempts: number;
  /** Failed attempts since the request was made. */
  attempts: number;
}

/** What is remembered of one endpoint. Only the join machine writes it. */
export interface EndpointRecord {
  readonly key: string;
  readonly endpoint: Endpoint;
  instance: ServiceInstance;
  /** Whether the newest listing has it. */
  listed: boolean;
  /** {@link NO_REQUESTS} until there is one: most endpoints are only listed, and there may be thousands. */
  requests: Map<number, JoinRequest>;
  underWay: boolean;
  /** The handshake, or the id in the listing, showed that this is ourselves. */
  self: boolean;
  /** Who answered here: a member may be listed under a name that its address does not tell. */
  boundTo: string | undefined;
  attempts: number;
  /** Failures in a row. */
  failures: number;
  /** No attempt before this time, because of failures. */
  retryAt: number;
  /** No attempt before this time, because the endpoint may well join by itself; undefined while not drawn. */
  spreadUntil: number | undefined;
  last: Refusal | undefined;
}

/** Shared by all endpoints that nobody asked for; nothing is ever put into it. */
const NO_REQUESTS: EndpointRecord["requests"] = new Map();

export function newRecord(key: string, instance: ServiceInstance): EndpointRecord {
  return {
    key,
    endpoint: Object.freeze({ host: instance.host, port: instance.port }),
    instance,
    listed: false,
    requests: NO_REQUESTS,
    underWay: false,
    self: false,
    boundTo: undefined,
    attempts: 0,
    failures: 0,
    retryAt: Number.NEGATIVE_INFINITY,
    spreadUntil: undefined,
    last: undefined,
  };
}

export function addRequest(record: EndpointRecord, request: JoinRequest): void {
  if (record.requests === NO_REQUESTS) record.requests = new Map();
  record.requests.set(request.id, request);
}

export function forgetRequests(record: EndpointRecord): void {
  record.requests = NO_REQUESTS;
}

/** Forgets how it went so far: to be tried as if seen for the first time. An attempt under way goes on. */
export function startAfresh(record: EndpointRecord): void {
  record.self = false;
  record.boundTo = undefined;
  record.attempts = record.underWay ? 1 : 0;
  forgiveFailures(record);
}

/** No reason to wait any more; who answered here is still known. */
export function forgiveFailures(record: EndpointRecord): void {
  record.failures = 0;
  record.retryAt = Number.NEGATIVE_INFINITY;
  record.spreadUntil = undefined;
  record.last = undefined;
}

/** Names an endpoint: equal for spellings that no resolver tells apart (upper case, a dot at the end). */
export function endpointKey(endpoint: Endpoint): string {
  const host = endpoint.host.toLowerCase();
  return formatEndpoint({ host: host.endsWith(".") ? host.slice(0, -1) : host, port: endpoint.port });
}
