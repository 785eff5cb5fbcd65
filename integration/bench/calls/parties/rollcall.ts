import { rollcallParty } from "../rollcall-party.ts";

export const party = rollcallParty(async () => undefined);
