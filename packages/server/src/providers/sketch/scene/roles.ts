import { hex, type Rgb } from '../draw/colour.ts'
import type { Random } from '../draw/random.ts'
import { camel, cat, deer, dog, fox, horse, wolf } from '../figures/animals.ts'
import { bear, cow, elephant, fish, jellyfish, penguin, rabbit, sheep, turtle, whale } from '../figures/beasts.ts'
import { pine } from '../figures/conifers.ts'
import type { Figure } from '../figures/figure.ts'
import { bat, bird, butterfly, dragon, owl, swan } from '../figures/flyers.ts'
import { church, house, tent, windmill } from '../figures/houses.ts'
import { castle, gate, lighthouse, pagoda, tower } from '../figures/landmarks.ts'
import { birch, broadleaf, cherry, willow } from '../figures/leafy-trees.ts'
import { astronaut, child, couple, person, robot } from '../figures/people.ts'
import { campfire, flower, lantern, mushroom, reed } from '../figures/plants.ts'
import { palm, saguaro } from '../figures/southern-trees.ts'
import { balloon, plane, rocket, rowboat, sailboat, ship, train } from '../figures/vessels.ts'
import type { Place, SubjectKind } from '../words/reading.ts'

/** What a subject is in a scene. */
interface Role {
  readonly zone: 'near' | 'mid' | 'water' | 'sky' | 'deep' | 'tree'
  /** Height of a single one, as a share of the frame's shorter side. */
  readonly size: number
  /** Half its width over its height, to keep neighbours apart. */
  readonly girth: number
  /** Its own colour, or null for a silhouette. */
  readonly own: Rgb | null
  readonly draw: (pick: Random, snow: boolean) => Figure
  /** Where it is at home when no place was named. */
  readonly home: readonly [Place, ...Place[]]
}

type Row = readonly [
  zone: Role['zone'],
  size: number,
  girth: number,
  own: string | null,
  home: readonly [Place, ...Place[]],
  draw: Role['draw'],
]

const rows: Readonly<Record<SubjectKind, Row>> = {
  tree: ['tree', 0.46, 0.4, 'leaf', ['meadow', 'lake'], broadleaf],
  pine: ['tree', 0.44, 0.25, '#3f6f5c', ['mountains', 'lake'], (pick) => pine(pick)],
  palm: ['tree', 0.46, 0.35, '#4c8a52', ['beach', 'island'], palm],
  birch: ['tree', 0.5, 0.2, 'leaf', ['forest', 'lake'], birch],
  cherry: ['tree', 0.56, 0.5, '#f3a6be', ['lake', 'meadow', 'river'], cherry],
  willow: ['tree', 0.52, 0.4, '#86a85a', ['lake', 'river'], willow],
  cactus: ['tree', 0.26, 0.3, '#5b8a5c', ['desert', 'canyon'], saguaro],
  flower: ['near', 0.12, 0.3, null, ['meadow'], flower],
  reed: ['near', 0.16, 0.3, null, ['lake'], reed],
  mushroom: ['near', 0.15, 0.45, '#e8dcc6', ['forest'], mushroom],
  house: ['mid', 0.17, 0.9, '#e8dcc6', ['meadow', 'lake', 'mountains'], house],
  cabin: ['mid', 0.15, 0.9, '#a8744c', ['lake', 'mountains', 'forest'], house],
  lighthouse: ['mid', 0.42, 0.25, '#f2ece0', ['sea'], lighthouse],
  castle: ['mid', 0.4, 0.6, '#b9a99c', ['mountains', 'lake'], castle],
  church: ['mid', 0.26, 0.45, '#efe6d6', ['village', 'meadow'], (_, snow) => church(snow)],
  windmill: ['mid', 0.3, 0.5, '#e9dfcc', ['meadow'], windmill],
  pagoda: ['mid', 0.4, 0.4, '#c4553f', ['lake', 'mountains'], pagoda],
  gate: ['mid', 0.26, 0.65, null, ['lake', 'sea'], gate],
  tower: ['mid', 0.36, 0.2, '#b3a698', ['mountains', 'meadow'], tower],
  tent: ['near', 0.13, 0.75, null, ['mountains', 'lake', 'forest'], tent],
  barn: ['mid', 0.19, 0.9, '#a8443a', ['meadow'], house],
  bridge: ['mid', 0.2, 1, null, ['river', 'lake'], tower],
  campfire: ['near', 0.08, 0.5, null, ['lake', 'forest', 'mountains'], campfire],
  lantern: ['sky', 0.075, 0.5, null, ['lake', 'city', 'river'], lantern],
  boat: ['water', 0.085, 1.1, '#7a4a38', ['lake', 'sea', 'river'], rowboat],
  sailboat: ['water', 0.2, 0.55, '#f4efe4', ['sea', 'lake'], sailboat],
  ship: ['water', 0.3, 0.7, '#6b4432', ['sea'], ship],
  train: ['mid', 0.11, 1.7, '#7c2f33', ['mountains', 'meadow'], train],
  balloon: ['sky', 0.26, 0.45, null, ['mountains', 'meadow', 'canyon'], balloon],
  rocket: ['sky', 0.3, 0.3, '#eee8de', ['space', 'moon', 'desert'], rocket],
  plane: ['sky', 0.14, 0.7, '#e8e8ea', ['mountains', 'sea'], plane],
  bird: ['sky', 0.05, 1, null, ['sea', 'mountains', 'lake'], bird],
  owl: ['near', 0.22, 0.3, '#8a6a4e', ['forest'], owl],
  swan: ['water', 0.1, 0.75, '#f6f3ec', ['lake', 'river'], swan],
  butterfly: ['sky', 0.07, 0.6, null, ['meadow'], butterfly],
  bat: ['sky', 0.07, 1, null, ['mountains', 'village'], bat],
  dragon: ['sky', 0.27, 1.2, '#7c2f3c', ['mountains'], dragon],
  cat: ['near', 0.3, 0.5, null, ['meadow', 'village', 'city'], cat],
  dog: ['near', 0.27, 0.6, '#a8733f', ['meadow', 'beach'], dog],
  fox: ['near', 0.25, 0.9, '#e0682a', ['forest', 'meadow'], fox],
  wolf: ['near', 0.3, 0.6, '#6b7078', ['mountains', 'forest'], (pick) => wolf(pick.chance(0.65))],
  deer: ['near', 0.36, 0.4, '#8a5a3a', ['forest', 'lake', 'mountains'], deer],
  horse: ['near', 0.36, 0.55, '#7a4a30', ['meadow', 'mountains', 'beach'], () => horse()],
  unicorn: ['near', 0.38, 0.55, '#f2eef4', ['meadow', 'lake'], () => horse(true)],
  camel: ['near', 0.27, 0.6, '#b98652', ['desert'], camel],
  bear: ['near', 0.28, 0.65, '#6a4632', ['mountains', 'forest', 'river'], bear],
  rabbit: ['near', 0.19, 0.5, '#b59a80', ['meadow'], rabbit],
  elephant: ['near', 0.34, 0.75, '#7c7f8a', ['meadow'], elephant],
  sheep: ['near', 0.16, 0.55, '#f0ebe0', ['meadow'], sheep],
  cow: ['near', 0.22, 0.7, '#8a5236', ['meadow'], cow],
  penguin: ['near', 0.22, 0.35, null, ['sea', 'mountains'], penguin],
  whale: ['water', 0.34, 1.1, '#4f6f96', ['sea'], whale],
  fish: ['deep', 0.08, 0.8, '#f0923c', ['underwater'], fish],
  jellyfish: ['deep', 0.26, 0.4, '#f0a0c8', ['underwater'], jellyfish],
  turtle: ['deep', 0.16, 0.8, '#6a9a6c', ['underwater'], turtle],
  person: ['near', 0.19, 0.3, null, ['mountains', 'sea', 'meadow', 'lake'], person],
  couple: ['near', 0.2, 0.4, null, ['beach', 'lake'], couple],
  child: ['near', 0.15, 0.35, null, ['meadow', 'beach'], child],
  astronaut: ['near', 0.27, 0.4, '#eceaf0', ['moon', 'space'], astronaut],
  robot: ['near', 0.3, 0.45, '#8fa3ad', ['meadow', 'city'], robot],
}

/** The role of a subject; its `own` colour is null where the season's leaves decide. */
export function roleOf(kind: SubjectKind): Role & { readonly leafy: boolean } {
  const [zone, size, girth, own, home, draw] = rows[kind]
  return { zone, size, girth, own: own === null || own === 'leaf' ? null : hex(own), leafy: own === 'leaf', draw, home }
}
