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
}

interface Edge {
  readonly ref: string;
  readonly dependsOn?: readonly string[];
}

/**
 * Makes a bill for one package of what `npm sbom` says of it, which is a bill for the root of this repository, that nobody
 * installs, with the package among its parts.
 *
 * @param name with its scope
 * @throws Error if the package is not among the parts
 */
export function billOf(name: string, bill: BillOfMaterials): BillOfMaterials {
  const purl = `pkg:npm/${name.replace("@", "%40")}@`;
  const own = bill.components.find((component) => component.purl.startsWith(purl));
  if (own === undefined) throw new Error(`npm sbom does not list ${name}.`);
  const root = bill.metadata.component["bom-ref"];
  return {
    ...bill,
    metadata: { ...bill.metadata, component: { ...own, ...nameParts(name) } },
    components: bill.components
      .filter((component) => component !== own)
      .map((component) => ({ ...component, ...nameParts(nameIn(component.purl)) })),
    dependencies: bill.dependencies.filter(({ ref }) => ref !== root),
  };
}

/** npm takes the folder's name for that of a package in a workspace. */
function nameParts(name: string): { group?: string; name: string } {
  const [, group, rest] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return group === undefined || rest === undefined ? { name } : { group, name: rest };
}

function nameIn(purl: string): string {
  return decodeURIComponent(purl.slice("pkg:npm/".length, purl.lastIndexOf("@")));
}
