/** The parts of a CycloneDX document that matter here; see https://cyclonedx.org/docs/1.5/json/. */
export interface BillOfMaterials {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly Edge[];
}

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly scope?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

interface Edge {
  readonly ref: string;
  readonly dependsOn?: readonly string[];
}

/** How npm marks what the lock file has for development only. */
const DEVELOPMENT = "cdx:npm:package:development";

/**
 * Makes a bill for one package of what `npm sbom` says of it, which is a bill for the root of this repository, that nobody
 * installs, with the package among its parts. What is for development only is left out. (`npm sbom --omit dev` leaves out
 * whatever anything in the repository has for development, even if others need it.)
 *
 * @param name with its scope
 * @param bundled names of packages that are for development, and whose code is in ours all the same
 * @throws Error if the package is not among the parts
 */
export function billOf(name: string, bill: BillOfMaterials, bundled: ReadonlySet<string>): BillOfMaterials {
  const own = bill.components.find(({ purl }) => nameIn(purl) === name);
  if (own === undefined) throw new Error(`npm sbom does not list ${name}.`);
  const components = bill.components
    .filter((component) => component !== own)
    .filter((component) => !isForDevelopment(component) || bundled.has(nameIn(component.purl)))
    .map(asInstalled);
  const there = new Set([own, ...components].map((component) => component["bom-ref"]));
  return {
    ...bill,
    metadata: { ...bill.metadata, component: asInstalled(own) },
    components,
    dependencies: bill.dependencies
      .filter(({ ref }) => there.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => there.has(other)) })),
  };
}

function isForDevelopment({ properties = [] }: Component): boolean {
  return properties.some((property) => property.name === DEVELOPMENT);
}

function asInstalled(component: Component): Component {
  const properties = (component.properties ?? []).filter((property) => property.name !== DEVELOPMENT);
  return { ...component, ...nameParts(nameIn(component.purl)), scope: "required", properties };
}

/** npm takes the folder's name for that of a package in a workspace. */
function nameParts(name: string): { group?: string; name: string } {
  const [, group, rest] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return group === undefined || rest === undefined ? { name } : { group, name: rest };
}

function nameIn(purl: string): string {
  return decodeURIComponent(purl.slice("pkg:npm/".length, purl.lastIndexOf("@")));
}
