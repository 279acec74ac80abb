import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const synths: Topic = {
  name: "music",
  sign: "🎹",
  tags: ["MakingMusic", "Synths", "BedroomProducer", "JamOfTheDay"],
  bios: lines(`makes {genre} nobody asked for
    {gear}, {gear2} and a very patient neighbour
    eight bars, for ever`),
  posts:
    lines(`Eight bars of {genre} that I have now listened to for {number} hours. Are they good? I cannot tell any more.
    Bought a used {gear}. There is a stranger's unfinished track on it and it is better than mine.
    Recorded the rain on the roof, slowed it down, and it is a choir. Why.
    Practice tip: play it so slowly that you could order a coffee in between.
    The {gear} is out of tune with the {gear2} by exactly the amount that makes it {genre}.
    We played to {number} people and a {animal} at the {place}. Best gig of the year.
    Deleted forty tracks from the project. Three left. It finally sounds like something.
    New strings day. I have forgotten how bright everything was.
    Cable number {number} died. The graveyard drawer does not close any more.
    My {relative} walked in, listened to the {genre} and said "is it broken?" I choose to take it as praise.
    Finished a track! Finished! A track! It is {number} minutes long and has a key change.
    Open stage on {day}. I have two songs and one of them has an ending.`),
  replies: lines(`What is on that bass? It is so warm.
    I would listen to this for an hour.
    Less reverb. Or more. But not this much.
    Is the {gear} worth the money?
    The bit where the drums drop out, wow.
    Put the kick a hair later, it will breathe.
    My {gear} does the same when it is cold in the room.
    Upload it somewhere, please!`),
  polls: [
    { text: "A track is finished when…", options: ["It bores me", "The deadline comes", "Never", "A friend says so"] },
  ],
  words: {
    genre: words("ambient|dub techno|folk songs|lo-fi|chamber pop|broken jazz|drone|something like disco"),
    gear: words("drum machine|looper pedal|808 clone|cassette deck|upright piano|groovebox|string machine|bass guitar"),
    relative: words("brother|mother|flatmate|neighbour|daughter"),
  },
};
