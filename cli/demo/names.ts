import type { Chance } from "./chance.ts";
import { words } from "./lines.ts";

const first =
  words(`Mira|Tomasz|Ines|Kofi|Yuki|Lena|Omar|Priya|Jonas|Amara|Luca|Noor|Freya|Mateo|Sanne|Hugo|Aiko|Dara|Elif|Felix|
Greta|Hanna|Idris|Jana|Kaito|Leila|Marek|Nadia|Oskar|Paula|Quentin|Rosa|Samir|Tessa|Ulla|Viktor|Wanda|Xenia|Yannick|Zofia|
Anouk|Bram|Carla|Dmitri|Esme|Farid|Gwen|Hamza|Iris|Joaquin|Kirsten|Linnea|Malik|Nils|Odette|Pavel|Ravi|Selma|Tariq|Uma|
Vera|Willa|Yara|Zeno|Arlo|Bea|Cleo|Dov|Edda|Finn|Gil|Hester|Ida|Jude|Kit|Lotte|Moss|Nell|Otis|Pip|Rune|Saskia|Theo|Una`);
const last =
  words(`Okafor|Nowak|Lindqvist|Tanaka|Haddad|Moreno|Brandt|Sato|Iyer|Keller|Osei|Duarte|Vermeer|Castellano|Novak|Ferrara|
Hughes|Ibrahim|Jansen|Kowalska|Laurent|Mbeki|Nakamura|Olsen|Petrov|Quiroga|Rahman|Schneider|Tran|Ueda|Vargas|Weber|Yilmaz|
Zimmer|Aguilar|Bakker|Chaudhry|Dubois|Eriksen|Fontaine|Greenwood|Hoshino|Ivanova|Jimenez|Kaya|Lopes|Marsh|Nguyen|Oduya|Park|
Reyes|Sorensen|Thorne|Varga|Winter|Ashby|Birch|Calloway|Dunmore|Ellery|Fairweather|Gallo|Holm|Ivers|Juarez|Kemp|Lark|Maddox`);
const moods = words(
  `quiet|late|slow|salt|paper|tiny|north|soft|green|wild|second|honest|rainy|loud|blue|half|early|odd|lucky|amber|brave|copper|
dusty|distant|extra|former|gentle|hazy|idle|just_a|little|mild|night|over|plain|red|sleepy|sunday|tall|warm|winter`,
);
const things = words(
  `kestrel|teapot|harbour|lantern|pebble|comet|turnip|bicycle|otter|thistle|meadow|signal|biscuit|ferry|willow|marble|badger|
acorn|anchor|beetle|candle|cedar|dune|engine|fern|ginger|heron|inkwell|juniper|kettle|ladder|magpie|needle|orchard|parcel|
pickle|quill|radish|saddle|sparrow|tandem|tulip|umbrella|violet|wagon|window`,
);

/** What somebody is called, and under which handle. Handles of two may be equal: see whoever gives them out. */
export function nameOf(chance: Chance): { displayName: string; handle: string } {
  const [given, family] = [chance.pick(first), chance.pick(last)];
  const [mood, thing] = [chance.pick(moods), chance.pick(things)];
  const plain = (text: string) => text.toLowerCase();
  const handles = [
    `${plain(given)}_${plain(family)}`,
    `${plain(given)}${plain(family)}`,
    `${plain(given)[0]}${plain(family)}`,
    `${plain(given)}_${thing}`,
    `${mood}_${thing}`,
    `${plain(given)}${60 + chance.below(45)}`.replace(/\d+$/, (year) => String(Number(year) % 100).padStart(2, "0")),
  ];
  const names = [`${given} ${family}`, `${given} ${family}`, given, plain(given), `${given} ${family[0]}.`];
  return { displayName: chance.pick(names), handle: chance.pick(handles) };
}

/** The names in their order, each made different from those before it by a number at its end. */
export function apart(handles: readonly string[], taken: ReadonlySet<string> = new Set()): string[] {
  const used = new Set(taken);
  return handles.map((wanted) => {
    let handle = wanted;
    for (let n = 2; used.has(handle); n++) handle = `${wanted.slice(0, 24)}_${n}`;
    used.add(handle);
    return handle;
  });
}
