import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const astronomy: Topic = {
  name: "astronomy",
  sign: "🔭",
  tags: ["Astronomy", "NightSky", "Astrophotography", "ClearSkies"],
  bios: lines(`{scope} on a balcony under city lights
    waits for clear skies, owns too many eyepieces
    will wake you up for {object}`),
  posts: lines(`Clear sky at last. {object} through the {scope}, {number} people from the building queuing on the roof.
    {number} hours of exposure on {object} and a cat walked across the tripod in the last one.
    Showed {object} to my {relative}. "Is that real?" Yes. That's the whole hobby.
    Forecast said clear. The {scope} is out. The clouds have noticed.
    You do not need a telescope. Ten minutes in the dark and {object} is just there.
    Stacked {frames} frames of {object} last night. Noise is down, smugness is up.
    The street lamp in front of the house is broken. Nobody report it, please.
    Collimated the {scope} for the first time in {number} months. What had I been looking at?
    {object} over the {place} at {hour}. I stood there until my tea was cold.
    New moon on {day}, and I have {number} layers of socks ready.
    Somebody asked how far away {object} is. I said the number and we were both quiet for a bit.
    Sketching {object} instead of photographing it. You see so much more when your hand has to know.`),
  replies: lines(`What's your exposure? The core is not blown out at all.
    Cloudy here for {number} days. Please look at it for me.
    Try a light pollution filter, it made a big difference for {object}.
    That is stunning, and from a city!
    Which mount is under it?
    My kids want to know if there are people there.
    The first time I saw it I swore out loud.
    Bring a chair and a flask, that's the only upgrade that matters.`),
  polls: [
    { text: "First thing you show to somebody new?", options: ["The Moon", "Saturn", "Orion Nebula", "Andromeda"] },
  ],
  words: {
    object: words(
      "Saturn|Jupiter|the Orion Nebula|Andromeda|the Pleiades|M13|Albireo|the Moon|the Double Cluster|Mars",
    ),
    scope: words("8-inch Dobsonian|little refractor|old binoculars|star tracker|second-hand Newtonian"),
    relative: words("mother|grandfather|niece|flatmate|landlord|downstairs neighbour"),
    frames: words("80|120|240|400|611"),
  },
};
