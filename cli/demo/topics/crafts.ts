import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const crafts: Topic = {
  name: "crafts",
  sign: "🧶",
  tags: ["Knitting", "VisibleMending", "MakersGonnaMake", "Sewing"],
  bios: lines(`{number} projects, none of them finished
    mends things until they are different things
    yarn budget classified`),
  posts: lines(`Finished the {item}! It only took {number} months and three other {item}s in between.
    Found a mistake {rows} rows down. I have decided that it is a design feature.
    Mended my {relative}'s {item} with orange thread on purpose. Now everybody wants a hole.
    The {yarn} felted in the wash. I own a {item} for a doll.
    Repair cafe on {day}: {number} toasters, one accordion, and a {item} from before the war. All alive again.
    Learned a new cast-on from a video at half speed and a grandmother at full speed. The grandmother was better.
    Bought {yarn} "for later". Later is a large cupboard.
    Sat at the {place} knitting and {number} strangers told me about their mothers.
    The pattern says "repeat from *". There are four *.
    Sewed pockets into everything I own. Should have done it {number} years ago.
    Wool sale. I went in for buttons. I do not have buttons.
    Gave the {item} away today. She put it on at once and did not take it off. That's the pay.`),
  replies: lines(`That colour is perfect on you.
    Pattern, please!
    Frogging {rows} rows builds character, they say.
    Visible mending is the best kind.
    Which needles? Mine split {yarn} like hair.
    I have that exact cupboard.
    Bring it to the repair cafe, we have somebody for accordions.
    Pockets! In everything! For everybody!`),
  polls: [
    {
      text: "Projects on your needles right now?",
      options: ["One, like an adult", "Two or three", "I lost count", "I only buy yarn"],
    },
  ],
  words: {
    item: words("cardigan|left sock|quilt|scarf|jumper|tea cosy|pair of mittens|blanket"),
    yarn: words("alpaca|merino|linen|hand-dyed sock yarn|the itchy wool|mohair"),
    rows: words("8|14|26|40|73"),
    relative: words("dad|sister|neighbour|son|teacher"),
  },
};
