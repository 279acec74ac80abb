import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const birds: Topic = {
  name: "birds",
  sign: "🐦",
  tags: ["Birding", "BirdsOfSkein", "Ornithology", "PatchWatch"],
  bios: lines(`looks up mid-sentence because of a {bird}
    patch birder, {number} species and counting
    binoculars live on the kitchen table`),
  posts: lines(`A {bird} on the {perch} at {hour}. I dropped the toast.
    Patch year list: {list}. Today's addition was a {bird}, of all things.
    Two hours in the hide, {weather}, cold feet, one {bird}. Perfect morning.
    The {bird} in the yard has learned the ringtone of my phone. I have answered it twice.
    Is there anything better than a {bird} deciding that you are furniture?
    Lent my binoculars to a kid at the {place}. She found the {bird} before I did.
    Put up a nest box {number} years ago. Today a pair of {bird}s went in with moss.
    Merlin says {bird}. My ears say {bird2}. The bird says nothing any more.
    Everybody ran for the rarity. I stayed with the {bird} and had it all to myself.
    A {bird} and a {animal} had a disagreement on the {perch}. The {animal} left.
    They are cutting the hedge along the {place} in nesting season. I wrote to the council, you could as well.
    Counted {list} starlings going to roost and lost count twice from staring.`),
  replies: lines(`Is that bar on the wing white or cream? Could be a first-winter.
    I have been looking for one for {number} years. Well done.
    We had one at the {place} last week, maybe the same bird.
    The call gives it away, lovely find.
    Did you put it in the county records?
    That light on the feathers!
    They come to oats as well, if you crush them.
    Envy is an ugly emotion and I am full of it.`),
  polls: [{ text: "Best bird that everybody overlooks?", options: ["Dunnock", "Jackdaw", "Coot", "House sparrow"] }],
  words: {
    bird: words("kingfisher|wren|goldcrest|kestrel|barn owl|treecreeper|waxwing|nuthatch|heron|redstart|dipper"),
    perch: words("washing line|neighbour's aerial|fence post|jetty|bird table|gutter"),
    list: words("61|74|88|97|103|112|146"),
  },
};
