import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const hiking: Topic = {
  name: "hiking",
  sign: "🥾",
  tags: ["Hiking", "LongDistanceTrail", "GetOutside", "HutToHut"],
  bios: lines(`somewhere above the tree line
    walks to {hut}, thinks, walks back
    map, flask, {snack}`),
  posts: lines(`{height} metres up, {weather}, {hut} in sight, and the last {snack} shared by four.
    Took the wrong path at the {landmark} and found the best view of the year.
    {number} days, {number2} blisters, one {animal} that stole a sock. I want to go back already.
    {hut} has twelve beds and forty stories. I was told nine before supper.
    Up at {hour} for the sunrise. Fog. Pure fog. Beautiful fog.
    My pack is {weight} kilos and at least two of them are things "just in case".
    Met a woman of eighty-one at the {landmark}. She had breakfast with us and was gone before we had tied our boots.
    Trail crew needs hands on {day}: bridges, steps, and there is soup.
    The guidebook says "a short steep section". The guidebook is a liar and a poet.
    Nothing tastes like {snack} at {height} metres.
    Turned around two hundred metres below the top. Thunder. The mountain will be there, I would like to be as well.
    First overnight with the kids at {hut}. They slept. We did not. Worth it.`),
  replies: lines(`Is {hut} open all year?
    Turning around is the hardest skill, well done.
    I walked that in the rain and saw nothing, thank you for the view.
    Which map do you use up there?
    {snack} is the correct choice.
    Save me a bunk!
    Those "short steep sections" have shaped me as a person.
    My knees hurt from reading this.`),
  polls: [{ text: "Poles?", options: ["Two", "One", "None", "A stick I found"] }],
  words: {
    height: words("840|1,210|1,650|2,040|2,480|2,900"),
    hut: words("the Raven Hut|the old shepherd's hut|Saddle Lodge|the Falcon Hut|the lake refuge"),
    landmark: words("stone bridge|chapel|second cairn|waterfall|split larch|cable"),
    snack: words("cheese|apple strudel|dried mango|instant noodles|a squashed sandwich|pea soup"),
    weight: words("9|11|14|17"),
  },
};
