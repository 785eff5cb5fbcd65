import { type DiscoveryError, isDiscoveryError } from "@rollcall/core";
import { expect, it } from "vitest";
import { Authority } from "../../support/certificates.ts";
import type { Registry } from "../registry.ts";
import { idOf, Scene } from "../scene.ts";

/** The error of something that must not work. */
async function failureOf(asking: Promise<unknown>): Promise<DiscoveryError> {
  const outcome = await asking.then(
    () => "it worked",
    (error: unknown) => error,
  );
  if (!isDiscoveryError(outcome)) throw new Error(`expected a DiscoveryError, got ${outcome}`);
  return outcome;
}

/** Everything that is in an error, its causes included. */
function inAll(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? "";
  return [error.message, error.stack, JSON.stringify(error), inAll(error.cause)].join("\n");
}

export function credentials(registry: Registry): void {
  const { without = {} } = registry;

  it.skipIf(without.accounts !== undefined)(
    "credentials that are rotated: the new ones are taken up, the old ones refused, and nobody is dropped",
    async ({ onTestFinished }) => {
      const scene = await Scene.begin(registry, onTestFinished, { accounts: true });
      const old = scene.server.accounts().full;
      await scene.put([1, 2]);
      const follower = scene.follow({ account: () => scene.server.accounts().full });
      await scene.announce(3, { account: () => scene.server.accounts().full });
      await follower.lists([1, 2, 3]);

      await scene.server.rotate();
      scene.proxy.reset();

      await scene.put([4]);
      await follower.lists([1, 2, 3, 4]);
      expect(follower.dropped([1, 2])).toEqual([]);
      const refusal = await failureOf(scene.lookup({ account: old }));
      expect([refusal.code, refusal.retryable]).toEqual(["UNAUTHENTICATED", false]);
      expect(inAll(refusal)).not.toContain(old.secret);
    },
  );

  it.skipIf(without.accounts !== undefined)(
    "credentials that are missing or wrong: refused with an error that says so, and no secret in it",
    async ({ onTestFinished }) => {
      const scene = await Scene.begin(registry, onTestFinished, { accounts: true });
      const { full } = scene.server.accounts();
      const wrong = { ...full, secret: "sesame-open-4711" };
      for (const access of [{ account: wrong }, {}]) {
        const asks = [() => scene.lookup(access), () => scene.announce(1, access)];
        for (const ask of without.announce === undefined ? asks : asks.slice(0, 1)) {
          const error = await failureOf(ask());
          expect(["UNAUTHENTICATED", "FORBIDDEN"]).toContain(error.code);
          expect(error.retryable).toBe(false);
          expect(inAll(error)).not.toContain(wrong.secret);
        }
      }
    },
  );

  it.skipIf(without.accounts !== undefined)(
    "a permission that is missing: the error names it",
    async ({ onTestFinished }) => {
      const scene = await Scene.begin(registry, onTestFinished, { accounts: true });
      const { powerless } = scene.server.accounts();
      const reading = await failureOf(scene.lookup({ account: powerless }));
      expect(reading.code).toBe("FORBIDDEN");
      expect(reading.message).toMatch(registry.permissions.lookup);
      expect(inAll(reading)).not.toContain(powerless.secret);
      if (without.announce === undefined) {
        const writing = await failureOf(scene.announce(1, { account: powerless }));
        expect(writing.code).toBe("FORBIDDEN");
        expect(writing.message).toMatch(registry.permissions.announce);
        expect(inAll(writing)).not.toContain(powerless.secret);
      }
      const follower = scene.follow({ account: powerless });
      expect((await follower.noticesTrouble()).code).toBe("FORBIDDEN");
    },
  );

  it.skipIf(without.tls !== undefined)(
    "a certificate of an authority that is not trusted: refused with an error that says what to do",
    async ({ onTestFinished }) => {
      const [ours, other] = [await Authority.create(onTestFinished), await Authority.create(onTestFinished)];
      const { certificateFile, keyFile } = await ours.issue("server");
      const tls = { ca: ours.certificateFile, certificate: certificateFile, key: keyFile };
      const scene = await Scene.begin(registry, onTestFinished, { tls });
      await scene.put([1]);

      const { code, retryable, message } = await failureOf(scene.lookup({ ca: other.certificate }));

      expect([code, retryable]).toEqual(["MISCONFIGURED", false]);
      expect(message).toMatch(/certificate.*\bca\b/s);
      expect(await scene.lookup({ ca: ours.certificate })).toMatchObject([{ id: idOf(1) }]);
    },
  );
}
