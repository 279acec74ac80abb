import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const photography: Topic = {
  name: "photography",
  sign: "📷",
  tags: ["StreetPhotography", "BelieveInFilm", "Photography", "35mm"],
  bios: lines(`{camera}, {film}, no plan
    looks for {subject}
    the light was better yesterday`),
  posts: lines(`Found a roll of {film} in a coat pocket. {number} frames left, no idea what is on the first half.
    Waited {number} minutes for somebody in red to cross the frame. A {animal} did. Better.
    {camera} and one lens for a whole month. Day {number}: I have stopped missing the others.
    The light on the {place} at {hour} lasts four minutes and I was there for one of them.
    Developed at home. The bathroom is a lab, the lab is angry.
    Asked a stranger for a portrait. He said "finally".
    Scanned my grandfather's negatives. {subject}, {subject2}, and then suddenly my mother, aged six, laughing.
    Sold two lenses, bought a ticket. The pictures got better at once.
    Light meter died, so today is sunny sixteen and optimism.
    {subject} in the rain is cheating and I will do it every time.
    Contact sheet of {film} is drying. One good one. One is plenty.
    If your picture is not good enough, stand there longer.`),
  replies: lines(`The reflection in the puddle makes it.
    Which developer did you use?
    One good frame per roll is a miracle rate.
    I would hang that on my wall.
    Is this the corner by the {place}?
    {film} does that with greens, I adore it.
    Please print it. Screens are not enough.
    The man on the left knows something.`),
  polls: [{ text: "One focal length for ever?", options: ["28", "35", "50", "85"] }],
  words: {
    camera: words(
      "An old rangefinder|The pocket camera|My phone|A Rolleiflex from the flea market|The big ugly SLR|A pinhole box",
    ),
    film: words("HP5|Portra|Ektar|Tri-X|expired Gold 200|Fomapan"),
    subject: words(
      "empty launderettes|people waiting|shop signs|hands|night buses|laundry on balconies|dogs outside shops",
    ),
  },
};
