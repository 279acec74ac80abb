import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const typography: Topic = {
  name: "typography",
  sign: "🔤",
  tags: ["Typography", "Lettering", "GraphicDesign", "TypeSpotting"],
  bios: lines(`draws {letter}, eventually the rest
    ghost signs, {place} and beyond
    kerns menus in her head`),
  posts: lines(`Ghost sign on the wall by the {place}: "{sign}". The ampersand alone is worth the walk.
    Spent {number} hours on one {letter}. It is now almost the {letter} from before.
    The menu here mixes {number} typefaces and the soup is still good. Life is complicated.
    Printed {copies} posters by hand. My arms are typography now.
    Somebody kerned "{sign}" so badly that it is a different word. I took a picture. I will never delete it.
    Found a drawer of wood type at the flea market. No {letter}. There is never one.
    Font update: the {letter} no longer looks like it is falling over. The {letter2} does now.
    Every hospital sign should be set by somebody who has been lost in one.
    Sketching letters on the tram. The bumps add character, literally.
    If it needs {number} weights it needs a different layout.
    The old neon at the {place} is back on. Whoever paid for it: thank you.
    Client wants the logo bigger and "friendlier". I have made the {letter} smile.`),
  replies: lines(`The spurs on that {letter}!
    Is that the one by the {place}? They painted over half of it.
    Optical kerning has a lot to answer for.
    I would buy a print.
    Too much contrast for signage, but what a beauty.
    Reminds me of old tram tickets.
    Please release it, I have a book waiting for this.
    Smiling letters are how it starts.`),
  polls: [{ text: "Hardest letter to draw?", options: ["S", "g", "R", "&"] }],
  words: {
    letter: words("g|R|S|Q|k|ampersand|ß|a"),
    sign: words("Fine Gloves & Sons|Coal, Coke and Ice|Hats repaired here|Public Baths|Teas|Ladies' Boots"),
    copies: words("25|60|120|200"),
  },
};
