// Units by name, for the picker.

import { UNIT_GROUPS, type UnitGroup } from '../../../dash/data/units/groups';

const names = new Map(UNIT_GROUPS.flatMap(({ units }) => units.map(({ id, name }) => [id, name])));

export const unitName = (id: string): string => names.get(id) ?? id;

/** Every word must occur in the name, the id or the group; at most so many in all. */
export function findUnits(
  groups: readonly UnitGroup[],
  text: string,
  most: number,
): readonly UnitGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let left = words.length === 0 ? Infinity : most;
  return groups
    .map(({ name, units }) => {
      const found = units
        .filter((unit) => {
          const all = `${name} ${unit.name} ${unit.id}`.toLowerCase();
          return words.every((word) => all.includes(word));
        })
        .slice(0, left);
      left -= found.length;
      return { name, units: found };
    })
    .filter(({ units }) => units.length > 0);
}
