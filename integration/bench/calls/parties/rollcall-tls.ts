/** Both nodes show the same certificate, of an authority that is made for it. */
import { Authority } from "../../../support/certificates.ts";
import { rollcallParty } from "../rollcall-party.ts";

export const party = rollcallParty(async () => {
  await using ending = new AsyncDisposableStack();
  const authority = await Authority.create((end) => ending.defer(async () => void (await end())));
  const { certificate, key } = await authority.issue("node");
  return { ca: authority.certificate, certificate, key };
});
