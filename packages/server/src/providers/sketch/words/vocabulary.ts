import type { StyleName } from '../draw/style.ts'
import type { Mood, Place, Season, SkySign, Time, Tone, Weather } from './reading.ts'

// Each line is a meaning and the words for it, in the singular; words joined by a hyphen are a phrase.

type Table<Name extends string> = Readonly<Record<Name, string>>

export const times: Table<Time> = {
  dawn: 'dawn sunrise daybreak morning sun-rise first-light early-light',
  day: 'blue-sky day daytime noon midday afternoon sunny sunshine sunlight daylight',
  sunset: 'sunset sun-set sundown golden-hour golden-light late-afternoon setting-sun low-sun',
  dusk: 'dusk twilight evening blue-hour nightfall gloaming',
  night: 'night nighttime midnight nocturnal moonlight moonlit moonrise starry starlit dark nightscape under-the-star',
}

export const seasons: Table<Season> = {
  spring: 'spring springtime blossom blooming april may sakura hanami',
  summer: 'summer summertime july august midsummer',
  autumn: 'autumn autumnal fall october november harvest september',
  winter:
    'winter wintry december january frost frosty frozen ice icy christmas arctic polar snowy snow blizzard snowfall snowcapped snowing snowstorm snowflake falling-snow snowman',
}

export const weathers: Table<Weather> = {
  clear: 'clear cloudless clear-sky blue-sky',
  cloudy: 'cloudy overcast',
  rain: 'rain rainy raining drizzle shower downpour wet',
  storm: 'storm stormy thunderstorm tempest thunder hurricane gale squall raging rough',
  snow: 'snow snowfall snowing snowstorm blizzard snowflake falling-snow',
  fog: 'fog foggy mist misty haze hazy smoky',
  wind: 'wind windy breeze breezy windswept',
}

export const places: Table<Place> = {
  mountains:
    'mountain mountainous peak alp alpine summit range highland fjord volcano cliff everest himalaya matterhorn glacier ridge andes rocky-mountain mount',
  sea: 'sea ocean wave seascape open-water atlantic pacific tide coast coastal coastline seashore',
  beach: 'beach shore sand-beach seaside surf bay',
  lake: 'lake pond lakeside tarn loch lagoon mirror-lake reservoir',
  river: 'river stream creek brook waterfall valley gorge',
  desert: 'desert dune sahara sand gobi oasis wasteland mojave arabia egypt pyramid',
  forest: 'forest wood woodland jungle grove thicket rainforest taiga woods',
  city: 'city skyline downtown metropolis urban skyscraper cityscape street megacity cyberpunk manhattan tokyo new-york london paris chicago shanghai hong-kong nyc building alley',
  village: 'village hamlet town countryside-town rooftop settlement',
  harbour: 'harbour harbor port marina dock quay pier wharf fishing-village',
  meadow:
    'meadow field grassland hill pasture countryside prairie farm farmland savanna savannah steppe plain garden park vineyard rolling-hill tuscany orchard landscape',
  canyon: 'canyon mesa butte badlands monument-valley gulch arizona grand-canyon utah red-rock',
  island: 'island isle islet atoll tropical archipelago hawaii maldive tropic',
  space:
    'space galaxy nebula cosmos cosmic universe outer-space interstellar planet saturn jupiter mars orbit starfield',
  moon: 'lunar moon-surface on-the-moon moonscape moon-base crater',
  underwater:
    'underwater undersea seabed reef coral coral-reef deep-sea ocean-floor submarine aquarium kelp under-the-sea',
}

export const signs: Table<SkySign> = {
  sun: 'sun',
  moon: 'moon full-moon crescent moonlight moonlit moonrise',
  stars: 'star starry starlight starlit stargazing',
  clouds: 'cloud cloudy cumulus',
  milkyway: 'milky-way galaxy milkyway',
  aurora: 'aurora northern-light aurora-borealis polar-light',
  rainbow: 'rainbow',
  planet: 'planet saturn jupiter ringed-planet',
  comet: 'comet meteor shooting-star falling-star asteroid',
  fireworks: 'firework new-year',
  rays: 'sunbeam ray sunray god-ray light-ray light-beam crepuscular',
  lightning: 'lightning thunderbolt thunderstorm thunder bolt',
}

export const moods: Table<Mood> = {
  calm: 'calm peaceful serene tranquil quiet still silent gentle zen minimal minimalist minimalism relaxing cozy cosy',
  dramatic: 'dramatic epic majestic grand breathtaking intense powerful fantasy heroic mighty',
  dreamy:
    'dreamy dream magical magic surreal ethereal mystical enchanted whimsical fairy fairytale mysterious dreamlike',
  gloomy: 'gloomy moody somber sombre sad dark melancholy spooky haunted eerie scary horror lonely grim',
  cheerful: 'cheerful happy joyful bright fun lively colorful colourful sunny',
}

export const tones: Table<Tone> = {
  warm: 'warm cozy cosy fiery',
  cold: 'cold cool chilly freezing icy',
  pastel: 'pastel soft delicate pale kawaii cute',
  neon: 'neon synthwave vaporwave cyberpunk retrowave glowing outrun fluorescent',
  mono: 'monochrome monochromatic grayscale greyscale black-and-white noir grisaille',
  vivid: 'vivid vibrant saturated colorful colourful rich psychedelic',
}

export const styleWords: Table<StyleName> = {
  print: 'screenprint serigraph giclee',
  poster: 'poster travel-poster vintage-poster retro art-deco flat-design flat vector flat-illustration',
  watercolour: 'watercolour watercolor aquarelle gouache water-colour water-color',
  ink: 'sumi sumi-e ink ink-wash brush-painting calligraphy chinese-painting',
  papercut: 'papercut paper-cut cut-out cutout paper-art collage kirigami origami layered-paper',
  woodcut: 'woodcut woodblock linocut engraving etching ukiyo-e ukiyo block-print lithograph',
  riso: 'riso risograph grainy zine',
}

/** Names of colours, as a printer would mix them. */
export const colourNames: Readonly<Record<string, string>> = {
  '#d8392f': 'red scarlet crimson vermilion ruby poppy',
  '#f08a2c': 'orange tangerine amber apricot',
  '#f4c542': 'yellow gold golden mustard lemon sunflower',
  '#4f9d57': 'green emerald olive moss-green jade lime',
  '#1f9c99': 'teal turquoise aqua cyan',
  '#2f6fc9': 'blue cobalt azure sapphire navy indigo',
  '#7a4bb5': 'purple violet lilac lavender amethyst mauve',
  '#ec7fa9': 'pink rose rosy magenta fuchsia salmon coral-pink',
  '#8a5a3c': 'brown chocolate bronze copper sepia',
  '#f4f1ea': 'white ivory snow-white daisy lily',
  '#1d1b22': 'black ebony',
  '#8f949c': 'grey gray silver silvery',
}
