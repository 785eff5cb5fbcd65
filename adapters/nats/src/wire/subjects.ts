/** Where the instances of one service speak with each other. */
export interface Subjects {
  /** What all of them begin with, wildcard included: the one permission that a node needs, both ways. */
  readonly all: string;
  /** Announcers say here that they live, every third of their time to live. */
  readonly alive: string;
  /** Announcers say here that they go. */
  readonly bye: string;
  /** Whoever wants to know at once asks here, and announcers answer where the question says. */
  readonly who: string;
  /** Where the answers to one question go. Below the service, so that no permission for an inbox is needed. */
  answers(token: string): string;
}

export function subjectsOf(prefix: string, service: string): Subjects {
  const base = `${prefix}.${service}`;
  return Object.freeze({
    all: `${base}.>`,
    alive: `${base}.alive`,
    bye: `${base}.bye`,
    who: `${base}.who`,
    answers: (token: string) => `${base}.here.${token}`,
  });
}

/** Whether a text can be part of a subject: words with dots between them, none of which means anything to NATS. */
export function isSubjectPart(text: unknown): text is string {
  return typeof text === "string" && text.length <= 200 && /^[\w-]+(\.[\w-]+)*$/.test(text);
}
